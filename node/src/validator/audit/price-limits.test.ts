import type { Address } from "@lloom/protocol/commitment-types";
import { describe, expect, it } from "vitest";
import type { AuditableOffer } from "./canary-answer.ts";
import { isWithin, priceLimits } from "./price-limits.ts";

const executorOf = (number: number): Address => `0x${number.toString(16).padStart(40, "0")}`;
const offer = (executor: number, model: string, price: bigint): AuditableOffer => ({
  ...{ executor: executorOf(executor), model, weightsHash: `0x${"11".repeat(32)}` },
  price: { inbound: price, outbound: price * 4n },
  isMeasured: false,
});
const NOTHING = { inbound: 0n, outbound: 0n };
const ABSURD = 10n ** 12n;

describe("the most that a canary pays", () => {
  const market = [offer(1, "a", 90n), offer(2, "a", 100n), offer(3, "a", 110n), offer(4, "b", 400n)];

  it("is four times the middle price of a model that several sell, and sixteen times that of all for another", () => {
    const most = priceLimits(market, NOTHING);
    expect(most(offer(9, "a", 0n))).toEqual({ inbound: 400n, outbound: 1600n });
    // Of 90, 100, 110 and 400 the lower one in the middle.
    expect(most(offer(9, "b", 0n))).toEqual({ inbound: 1600n, outbound: 6400n });
    expect(isWithin(offer(4, "b", 400n), most(offer(4, "b", 0n)))).toBe(true);
    expect(isWithin({ ...offer(1, "a", 0n), price: { inbound: 1n, outbound: 1601n } }, most(offer(1, "a", 0n)))).toBe(
      false,
    );
  });

  it("leaves out decoys at absurd prices, however many one executor names, and a model that three of them share", () => {
    const decoys = Array.from({ length: 255 }, (_, number) => offer(5, `decoy ${number}`, ABSURD));
    const shared = [5, 6, 7].map((executor) => offer(executor, "shared", ABSURD));
    const honest = Array.from({ length: 6 }, (_, number) => offer(10 + number, "a", 100n));
    const all = [...market, ...honest, ...decoys, ...shared];
    const most = priceLimits(all, NOTHING);
    expect(all.filter((one) => !isWithin(one, most(one)))).toEqual([...decoys, ...shared]);
  });

  it("is never below the floor, where others give it away", () => {
    const free = [1, 2, 3].map((executor) => offer(executor, "a", 0n));
    const floor = { inbound: 5n, outbound: 20n };
    expect(priceLimits([...free, offer(4, "a", 5n)], floor)(offer(4, "a", 5n))).toEqual(floor);
  });
});

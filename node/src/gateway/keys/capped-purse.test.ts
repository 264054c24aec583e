import type { Hex } from "@lloom/protocol/commitment-types";
import { describe, expect, it } from "vitest";
import type { RequestCharge } from "../../store/client/request-charge.ts";
import { cappedPurse, joinedPurse } from "./capped-purse.ts";

const hash = (index: number): Hex => `0x${index.toString(16).padStart(64, "0")}`;
const charge = (cost: bigint): RequestCharge => ({ cost, inboundTokens: 1, outboundTokens: 1, isAnswered: true });
const CAP = { most: 100n, what: "This question", next: "Allow more.", token: { symbol: "LLT", decimals: 2 } };

describe("a capped purse", () => {
  it("covers no request that could cost more than is left, whatever was tried before", () => {
    const purse = cappedPurse(CAP);
    purse.hold(hash(1), 60n);
    expect(() => purse.hold(hash(2), 41n)).toThrow(
      "This question may cost 1 LLT at most, of which 0.4 LLT are left; a request could cost 0.41 LLT.",
    );
    purse.hold(hash(3), 40n);
    expect(purse.taken).toBe(100n);
  });

  it("counts what a request did cost as soon as that is known, and only once", () => {
    const charges = new Map<Hex, RequestCharge>();
    const purse = cappedPurse({ ...CAP, chargeOf: (requestHash) => charges.get(requestHash) });
    purse.hold(hash(1), 100n);
    expect(() => purse.hold(hash(2), 1n)).toThrow(/could cost/);
    charges.set(hash(1), charge(7n));
    purse.hold(hash(2), 93n);
    expect(purse.taken).toBe(100n);
    charges.set(hash(2), charge(0n));
    expect([purse.taken, purse.taken]).toEqual([7n, 7n]);
  });

  it("is one of several, each of which a request has to fit into", () => {
    const [wide, narrow] = [cappedPurse({ ...CAP, most: 1000n }), cappedPurse(CAP)];
    const purse = joinedPurse([wide, narrow]);
    purse.hold(hash(1), 100n);
    expect(() => purse.hold(hash(2), 1n)).toThrow(/may cost 1 LLT at most/);
  });
});

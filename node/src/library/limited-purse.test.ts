import type { Hex } from "@lloom/protocol/commitment-types";
import { expect, it } from "vitest";
import { LimitedPurse } from "./limited-purse.ts";

const hash = (byte: string): Hex => `0x${byte.repeat(32)}`;
const refused = expect.objectContaining({ code: "INSUFFICIENT_FUNDS" });

it("holds what requests may cost until it is known what they did cost, and signs nothing beyond the limit", () => {
  const charges = new Map<Hex, { readonly cost: bigint }>();
  const purse = new LimitedPurse({ total: 10n }, (requestHash) => charges.get(requestHash));
  purse.hold(hash("01"), 6n);
  expect(() => purse.hold(hash("02"), 5n)).toThrow(refused);
  purse.hold(hash("02"), 4n);
  // One was cheaper than it might have been, and one cost nothing.
  charges.set(hash("01"), { cost: 2n }).set(hash("02"), { cost: 0n });
  expect(() => purse.hold(hash("03"), 9n)).toThrow(refused);
  purse.hold(hash("03"), 8n);
  charges.set(hash("03"), { cost: 8n });
  expect(() => purse.hold(hash("04"), 1n)).toThrow(refused);
});

it("refuses a request that alone may cost too much, and holds nothing for it", () => {
  const purse = new LimitedPurse({ perRequest: 5n, total: 5n }, () => undefined);
  expect(() => purse.hold(hash("01"), 6n)).toThrow(refused);
  purse.hold(hash("02"), 5n);
});

it("has no limit that was not given", () => {
  const purse = new LimitedPurse({}, () => undefined);
  for (const byte of ["01", "02", "03"]) purse.hold(hash(byte), 2n ** 90n);
});

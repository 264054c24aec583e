import { AbiCoder, keccak256 } from "ethers";
import { expect, it } from "vitest";
import { createExchange } from "../../test/support/exchange.ts";
import type { Address } from "./commitment-types.ts";
import { watchtowerFee } from "./watchtower-fee.ts";

const FIRST: Address = `0x${"1a".repeat(20)}`;
const SECOND: Address = `0x${"2b".repeat(20)}`;
const pair = createExchange().receipt({ nonce: 1n });
const feeOf = (to: Address, amount: bigint) => watchtowerFee(pair, { to, amount });

it("is one order for a pair and a watchtower, whatever its amount, which takes nothing from another watchtower", () => {
  const order = feeOf(FIRST, 100n);
  const encoded = AbiCoder.defaultAbiCoder().encode(["bytes32", "address"], [pair.response.requestHash, FIRST]);
  expect(order.nonce).toBe(BigInt(keccak256(encoded)));
  expect(feeOf(FIRST, 200n).nonce).toBe(order.nonce);
  expect(feeOf(SECOND, 100n).nonce).not.toBe(order.nonce);
  expect(order).toMatchObject({ client: pair.request.executor, to: FIRST, amount: 100n });
});

it("can be taken as long as anything can be done with the pair: a day, three for a dispute, half a one for its answer", () => {
  expect(feeOf(FIRST, 100n).deadline).toBe(pair.request.deadline + 108n * 3_600n);
});

import { accountingV2Abi } from "@lloom/protocol/generated/abi";
import { encodeFunctionData, type Hex, zeroHash } from "viem";
import { expect, test } from "vitest";
import { answeredAtIn } from "../src/answer-times.ts";

const [ESCROW, CLIENT, EXECUTOR, OTHER]: Hex[] = [1, 2, 3, 4].map((digit) => `0x${`${digit}`.repeat(40)}` as const);
const SIGNATURE = { r: zeroHash, vs: zeroHash };
const address = (value: Hex | undefined): Hex => value ?? "0x";
const args = { client: address(CLIENT), executor: address(EXECUTOR), lane: 7n, nonce: 3 };

const pairOf = (timestamp: number, request: Partial<typeof args> = {}) => ({
  request: {
    ...args,
    ...{ model: zeroHash, promptHash: zeroHash, paramsHash: zeroHash, maxInboundTokens: 1, maxOutboundTokens: 1 },
    ...{ inboundPrice: 1n, outboundPrice: 1n, ackedCost: 0n, costCap: 1n, prevResponseHash: zeroHash, deadline: 9 },
    ...request,
  },
  response: {
    ...{ requestHash: zeroHash, contentHash: zeroHash, deliveryHash: zeroHash, traceRoot: zeroHash },
    ...{ inboundTokens: 1, outboundTokens: 1, cumulativeCost: 1n, cumulativeInbound: 1n, cumulativeOutbound: 1n },
    ...{ timestamp, finishReason: 1 },
  },
  clientSignature: SIGNATURE,
  executorSignature: SIGNATURE,
});
const settle = (...pairs: ReturnType<typeof pairOf>[]): Hex =>
  encodeFunctionData({ abi: accountingV2Abi, functionName: "settle", args: [pairs] });
const answeredAt = (input: Hex, to: Hex | undefined = ESCROW) =>
  answeredAtIn({ args, log: { address: address(ESCROW) }, transaction: { to: address(to), input } });

test("finds the answer of the lane's place among a batch", () => {
  const others = [pairOf(11, { nonce: 2 }), pairOf(12, { lane: 8n }), pairOf(13, { client: address(OTHER) })];
  expect(answeredAt(settle(...others, pairOf(99), pairOf(14, { executor: address(OTHER) })))).toBe(99);
});

test("finds it in a call of one pair", () => {
  const { request, response } = pairOf(99);
  const input = encodeFunctionData({
    abi: accountingV2Abi,
    functionName: "processRequest",
    args: [request, response, SIGNATURE, SIGNATURE],
  });
  expect(answeredAt(input)).toBe(99);
});

test("says nothing of two answers to one place, of other contracts' calls and of other bytes", () => {
  expect(answeredAt(settle(pairOf(99), pairOf(99)))).toBe(99);
  expect(answeredAt(settle(pairOf(99), pairOf(100)))).toBeNull();
  expect(answeredAt(settle(pairOf(99)), OTHER)).toBeNull();
  expect(answeredAt(settle())).toBeNull();
  expect(answeredAt("0x12345678")).toBeNull();
});

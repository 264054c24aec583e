import { measuredDisputesAbi } from "@lloom/protocol/generated/abi";
import { createPublicClient, custom, HttpRequestError, RpcRequestError, TimeoutError } from "viem";
import { expect, it } from "vitest";
import { ifAnswered } from "./if-answered.ts";

const URL = "http://127.0.0.1:9";
const ADDRESS = `0x${"ab".repeat(20)}` as const;
const refusal = (code: number, message: string) =>
  new RpcRequestError({ body: {}, error: { code, message }, url: URL });

/** Reads from a server that answers a call so. */
const reading = (answer: () => unknown) => {
  const transport = custom({ request: async () => answer() }, { retryCount: 0 });
  const client = createPublicClient({ transport });
  return ifAnswered(client.readContract({ abi: measuredDisputesAbi, address: ADDRESS, functionName: "deposits" }));
};
const thrower = (error: Error) => () => {
  throw error;
};

it("gives what the contract answers", async () => {
  expect(await reading(() => `0x${"00".repeat(12)}${"cd".repeat(20)}`)).toMatch(/^0x(cd){20}$/i);
});

it.each([
  ["nothing", () => "0x"],
  ["a revert", thrower(refusal(3, "execution reverted"))],
  ["a revert of a development chain", thrower(refusal(-32_603, "function selector was not recognized"))],
  ["a revert in other words", thrower(refusal(-32_000, "VM Exception while processing transaction: revert"))],
])("gives nothing where the contract answers %s", async (_, answer) => {
  expect(await reading(answer)).toBeUndefined();
});

it.each([
  ["is not there", new HttpRequestError({ url: URL })],
  ["is slow", new TimeoutError({ body: {}, url: URL })],
  ["has had enough", refusal(-32_005, "too many requests")],
])("fails where the server %s", async (_, error) => {
  await expect(reading(thrower(error))).rejects.toThrow();
});

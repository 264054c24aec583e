import { JsonRpcProvider } from "ethers";
import { ExplainedError } from "./explained-error.ts";

/** A JSON-RPC connection that asks for the chain's id only once. */
export const connect = (rpcUrl: string): JsonRpcProvider =>
  new JsonRpcProvider(rpcUrl, undefined, { polling: true, pollingInterval: 100, batchMaxCount: 1, cacheTimeout: -1 });

/** Whether it can be the URL of a chain. */
export const isRpcUrl = (given: string): boolean => /^https?:$/.test(URL.parse(given)?.protocol ?? "");

/** Checks that a chain of the user's own answers. */
export async function checkChain(rpcUrl: string): Promise<void> {
  try {
    await chainId(rpcUrl);
  } catch (cause) {
    throw new ExplainedError(`No chain answers at ${rpcUrl}.`, "Start one there, or give --rpc another URL.", cause);
  }
}

/** What the chain at the URL calls itself. Throws if nothing answers. */
export async function chainId(rpcUrl: string): Promise<string> {
  const response = await fetch(rpcUrl, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] }),
    signal: AbortSignal.timeout(2_000),
  });
  const { result } = (await response.json()) as { result?: unknown };
  if (typeof result !== "string")
    throw new ExplainedError(`${rpcUrl} does not answer eth_chainId.`, "Give the URL of a JSON-RPC node.");
  return result;
}

import { JsonRpcProvider } from "ethers";
import { DevnetError } from "./devnet-error.ts";
import { HARDHAT, ROOT } from "./root.ts";
import type { Supervisor } from "./supervisor.ts";
import { until } from "./until.ts";

const READY_MS = 60_000;

/** A JSON-RPC connection that asks for the chain's id only once. */
export const connect = (rpcUrl: string): JsonRpcProvider =>
  new JsonRpcProvider(rpcUrl, undefined, { polling: true, pollingInterval: 100, batchMaxCount: 1, cacheTimeout: -1 });

/** A chain's URL as a user gave it. Throws DevnetError if it is none. */
export function readRpcUrl(given: string): string {
  if (!/^https?:$/.test(URL.parse(given)?.protocol ?? ""))
    throw new DevnetError(`The chain's URL is "${given}".`, "Give --rpc a URL such as http://127.0.0.1:8545.");
  return given;
}

/** Starts Hardhat's node and waits until it answers. */
export async function startChain(supervisor: Supervisor, port: number, signal: AbortSignal): Promise<string> {
  const rpcUrl = `http://127.0.0.1:${port}`;
  supervisor.start({
    name: "chain",
    script: HARDHAT,
    args: ["node", "--hostname", "127.0.0.1", "--port", String(port)],
    cwd: ROOT,
  });
  await until({ what: "the chain", deadlineMs: READY_MS, signal }, async () => (await chainId(rpcUrl)) ?? undefined);
  return rpcUrl;
}

/** Checks that a chain of the user's own answers. */
export async function checkChain(rpcUrl: string): Promise<void> {
  try {
    await chainId(rpcUrl);
  } catch (cause) {
    throw new DevnetError(`No chain answers at ${rpcUrl}.`, "Start one there, or leave --rpc out.", cause);
  }
}

async function chainId(rpcUrl: string): Promise<string> {
  const response = await fetch(rpcUrl, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] }),
    signal: AbortSignal.timeout(2_000),
  });
  const { result } = (await response.json()) as { result?: unknown };
  if (typeof result !== "string")
    throw new DevnetError(`${rpcUrl} does not answer eth_chainId.`, "Give the URL of a JSON-RPC node.");
  return result;
}

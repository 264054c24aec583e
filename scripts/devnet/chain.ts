import { formatEther, JsonRpcProvider, parseEther } from "ethers";
import { DEVNET_ACCOUNTS } from "./accounts.ts";
import { DevnetError } from "./devnet-error.ts";
import { HARDHAT, ROOT } from "./root.ts";
import type { Supervisor } from "./supervisor.ts";
import { until } from "./until.ts";

const READY_MS = 60_000;
/** Far more than a devnet's account uses. */
const LEAST_ETHER = parseEther("0.1");

/** A JSON-RPC connection that asks for the chain's id only once. */
export const connect = (rpcUrl: string): JsonRpcProvider =>
  new JsonRpcProvider(rpcUrl, undefined, { polling: true, pollingInterval: 100, batchMaxCount: 1, cacheTimeout: -1 });

/** Whether it can be the URL of a chain. */
export const isRpcUrl = (given: string): boolean => /^https?:$/.test(URL.parse(given)?.protocol ?? "");

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
    throw new DevnetError(`No chain answers at ${rpcUrl}.`, "Start one there, or give --rpc another URL.", cause);
  }
}

/** Checks that the devnet's accounts can pay for gas there. */
export async function checkFunds(rpcUrl: string): Promise<void> {
  const { deployer, validators, executors, gateway } = DEVNET_ACCOUNTS;
  const provider = connect(rpcUrl);
  try {
    for (const { address, name } of [deployer, ...validators, ...executors, gateway]) {
      const balance = await provider.getBalance(address);
      if (balance < LEAST_ETHER)
        throw new DevnetError(
          `${address}, the test mnemonic's account for ${name}, has ${formatEther(balance)} ether on this chain.`,
          "Use a development chain that funds the test mnemonic, such as Hardhat's or Anvil's.",
        );
    }
  } finally {
    provider.destroy();
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

import { formatEther, parseEther } from "ethers";
import { ExplainedError } from "../../checkout/explained-error.ts";
import { CHAIN, ROOT } from "../../checkout/paths.ts";
import { chainId, connect } from "../../checkout/rpc.ts";
import { DEVNET_ACCOUNTS } from "./accounts.ts";
import type { Supervisor } from "./supervisor.ts";
import { until } from "./until.ts";

/** Far more than a devnet's account uses. */
const LEAST_ETHER = parseEther("0.1");

/** Starts Hardhat's node and waits until it answers. */
export async function startChain(supervisor: Supervisor, port: number, signal: AbortSignal): Promise<string> {
  const rpcUrl = `http://127.0.0.1:${port}`;
  const chain = supervisor.start({
    name: "chain",
    // It keeps everything in memory.
    vital: true,
    script: CHAIN,
    args: [String(port)],
    cwd: ROOT,
  });
  const wait = { what: "the chain", workers: () => [chain], tell: (text: string) => supervisor.tell(text), signal };
  await until({ ...wait, loss: chain.loss() }, (signal) => chainId(rpcUrl, signal));
  return rpcUrl;
}

/** Checks that the devnet's accounts can pay for gas there. */
export async function checkFunds(rpcUrl: string): Promise<void> {
  const { deployer, validators, executors, gateway } = DEVNET_ACCOUNTS;
  const provider = connect(rpcUrl);
  try {
    for (const { address, name } of [deployer, ...validators, ...executors, gateway]) {
      const balance = await provider.getBalance(address);
      if (balance < LEAST_ETHER)
        throw new ExplainedError(
          `${address}, the test mnemonic's account for ${name}, has ${formatEther(balance)} ether on this chain.`,
          "Use a development chain that funds the test mnemonic, such as Hardhat's or Anvil's.",
        );
    }
  } finally {
    provider.destroy();
  }
}

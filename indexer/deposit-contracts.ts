import { measuredDisputesAbi, stakeRegistryAbi } from "@lloom/protocol/generated/abi";
import { type Address, ContractFunctionExecutionError, getAbiItem, type PublicClient } from "viem";

/** Blocks that every server looks through at once. */
const CHUNK_BLOCKS = 10_000n;
/** Of them so many at most, from the start block on: a registry is wired when it is deployed. */
const MOST_CHUNKS = 100n;

const WIRED = getAbiItem({ abi: stakeRegistryAbi, name: "Wired" });

interface Where {
  readonly stakeRegistry: Address;
  /** Block of the deployment, or an earlier one. */
  readonly startBlock: number;
}

/**
 * The contracts that keep the deposits of measured disputes: what the judges name that the stake registry wired. They are no
 * judges themselves. Undefined if no wiring was found, without which nobody can say who judges.
 */
export async function depositContracts(client: PublicClient, where: Where): Promise<readonly Address[] | undefined> {
  const judges = await wiredJudges(client, where);
  if (judges.length === 0) return undefined;
  const named = await Promise.all(judges.map((judge) => depositsOf(client, judge)));
  return [...new Set(named.filter((address) => address !== undefined))];
}

/** One request where the server allows it, else one after the other, until they are found: wiring happens once. */
async function wiredJudges(client: PublicClient, { stakeRegistry, startBlock }: Where): Promise<readonly Address[]> {
  const head = await client.getBlockNumber();
  const judgesIn = async (fromBlock: bigint, toBlock: bigint): Promise<Address[]> => {
    const logs = await client.getLogs({ address: stakeRegistry, event: WIRED, fromBlock, toBlock, strict: true });
    return logs.map(({ args }) => args.judge);
  };
  const first = BigInt(startBlock);
  const atOnce = await judgesIn(first, head).catch(() => undefined);
  if (atOnce !== undefined) return atOnce;
  for (let chunk = 0n; chunk < MOST_CHUNKS; chunk++) {
    const from = first + chunk * CHUNK_BLOCKS;
    if (from > head) break;
    const to = from + CHUNK_BLOCKS - 1n;
    const found = await judgesIn(from, to < head ? to : head);
    if (found.length > 0) return found;
  }
  return [];
}

/** What a judge names; undefined for one that takes no deposits. */
async function depositsOf(client: PublicClient, address: Address): Promise<Address | undefined> {
  try {
    return await client.readContract({ abi: measuredDisputesAbi, address, functionName: "deposits" });
  } catch (thrown) {
    if (thrown instanceof ContractFunctionExecutionError) return undefined;
    throw thrown;
  }
}

import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { accountingV2Abi, auditsAbi, stakeRegistryAbi } from "@lloom/protocol/generated/abi";
import { REPUTATION_LOGS, type ReputationLog, reputationEventsOf } from "@lloom/protocol/reputation/chain-events";
import type { PlacedEvent } from "@lloom/protocol/reputation/epochs-of";
import type { ReputationRules } from "@lloom/protocol/reputation/parameters";
import { type Log as ChainLog, Contract, Interface, zeroPadValue } from "ethers";
import { LloomError } from "../../errors.ts";
import { BoundedMap } from "../../primitives/bounded-map.ts";
import type { Chain } from "../chain.ts";
import { readFor, readMinimumStake } from "../reads.ts";
import { type BlockRange, readLogs } from "../watch/past-logs.ts";

/** The contracts whose events reputation is computed from. */
export interface ReputationContracts {
  readonly chain: Chain;
  readonly audits: Address;
}

const auditsInterface = new Interface(auditsAbi);
const INTERFACES: Readonly<Record<string, Interface>> = {
  AccountingV2: new Interface(accountingV2Abi),
  StakeRegistry: new Interface(stakeRegistryAbi),
  Audits: auditsInterface,
};
/** Blocks whose times are asked for at once. */
const AT_ONCE = 16;

/**
 * What the deployment adds to the formula.
 * @throws LloomError CHAIN_MISMATCH when what is at the address is no Audits of this deployment; as reads throw.
 */
export async function readReputationRules({ chain, audits }: ReputationContracts): Promise<ReputationRules> {
  const contract = new Contract(audits, auditsInterface, chain.provider);
  if ((await readFor("the contracts", chain.provider.getCode(audits))) === "0x") throw noAudits(audits);
  const [registry, epochSeconds, minimumStake] = await Promise.all([
    readFor("Audits", contract.getFunction("stakeRegistry")()),
    readFor("Audits", contract.getFunction("epochLength")()),
    readMinimumStake(chain, "executor"),
  ]);
  if (String(registry).toLowerCase() !== chain.stakeRegistry) throw noAudits(audits);
  return { epochSeconds: BigInt(epochSeconds), minimumStake };
}

const noAudits = (audits: Address): LloomError =>
  new LloomError("CHAIN_MISMATCH", `What is at ${audits} is no Audits of this deployment.`, {
    next: "Give --audits the address of the deployment's Audits; networks of the address book need none.",
  });

/**
 * What happened in these blocks that an executor's reputation is computed from, in the chain's order. Time: two searches of
 * the range, and one call for each block with an event whose time was not asked for before. Throws as `readLogs`.
 */
export async function readReputationEvents(
  { chain, audits }: ReputationContracts,
  { executor, ...range }: BlockRange & { readonly executor: Address },
): Promise<PlacedEvent[]> {
  const addresses: Readonly<Record<string, Address>> = {
    AccountingV2: chain.accounting,
    StakeRegistry: chain.stakeRegistry,
    Audits: audits,
  };
  const own = zeroPadValue(executor, 32) as Hex;
  const byTopic = Map.groupBy(Object.entries(REPUTATION_LOGS), ([, { executorTopic }]) => executorTopic);
  const found = await Promise.all(
    [...byTopic].map(([executorTopic, contracts]) => {
      const address = contracts.map(([name]) => addresses[name] as Address);
      const names = contracts.flatMap(([contract, { names }]) => names.map((name) => topicOf(contract, name)));
      const between = Array.from({ length: executorTopic - 1 }, () => null);
      return readLogs(chain, { address, topics: [names, ...between, own] }, range);
    }),
  );
  const logs = found.flat().toSorted((a, b) => a.blockNumber - b.blockNumber || a.index - b.index);
  const times = await timesOf(chain, logs);
  return logs.flatMap((log) => {
    const seconds = times.get(log.blockNumber);
    if (seconds === undefined) return [];
    return reputationEventsOf(decode(log, seconds)).map((event) => ({ block: log.blockNumber, event }));
  });
}

const topicOf = (contract: string, name: string): Hex => INTERFACES[contract]?.getEvent(name)?.topicHash as Hex;

/** Each log was asked for by the topic of one of the events, whose names differ between the contracts. */
function decode(log: ChainLog, seconds: bigint): ReputationLog {
  for (const parser of Object.values(INTERFACES)) {
    const parsed = parser.parseLog(log);
    if (parsed !== null)
      return { name: parsed.name, args: parsed.args.toObject(), seconds } as unknown as ReputationLog;
  }
  throw new LloomError("CHAIN_MISMATCH", `The RPC server answered with a log that nobody asked for: ${log.topics[0]}.`);
}

/** The times of the logs' blocks. A block that is not the log's any more was reorganised away meanwhile. */
async function timesOf(chain: Chain, logs: readonly ChainLog[]): Promise<ReadonlyMap<number, bigint>> {
  const hashes = new Map(logs.map(({ blockNumber, blockHash }) => [blockNumber, blockHash]));
  const left = [...hashes];
  const times = new Map<number, bigint>();
  const work = async (): Promise<void> => {
    for (let next = left.pop(); next !== undefined; next = left.pop()) times.set(next[0], await timeOf(chain, next));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return times;
}

/** By hash, which a time never changes for: executors share most blocks, since one report tells of all of them. */
const KNOWN_TIMES = new WeakMap<Chain, BoundedMap<string, Promise<bigint>>>();
const MOST_TIMES = 16_384;

function timeOf(chain: Chain, [number, hash]: readonly [number, string]): Promise<bigint> {
  const known = KNOWN_TIMES.get(chain) ?? new BoundedMap({ most: MOST_TIMES });
  KNOWN_TIMES.set(chain, known);
  const time = known.get(hash);
  if (time !== undefined) return time;
  const asked = readTime(chain, number, hash);
  known.set(hash, asked);
  asked.catch(() => known.delete(hash));
  return asked;
}

async function readTime(chain: Chain, number: number, hash: string): Promise<bigint> {
  const block = await readFor("a block's time", chain.provider.getBlock(number));
  if (block === null || block.hash !== hash) throw reorganised(number);
  return BigInt(block.timestamp);
}

const reorganised = (block: number): LloomError =>
  new LloomError("CHAIN_UNREACHABLE", `The chain was reorganised at block ${block} while it was read.`, {
    next: "Try again.",
  });

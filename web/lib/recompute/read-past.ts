import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { enumNumber } from "@lloom/protocol/contract-enums";
import { stakeRegistryFacts } from "@lloom/protocol/generated/facts";
import { bytesToHex } from "@lloom/protocol/hex";
import { keccak256 } from "@lloom/protocol/keccak";
import { LloomError } from "@lloom/protocol/lloom-error";
import { REPUTATION_LOGS, reputationEventsOf } from "@lloom/protocol/reputation/chain-events";
import type { PlacedEvent } from "@lloom/protocol/reputation/epochs-of";
import type { ReputationRules } from "@lloom/protocol/reputation/parameters";
import { hex, list, record, text } from "../readers.ts";
import { decodeLog, topicsOf } from "./decode-log.ts";
import type { Rpc } from "./rpc.ts";

/** The contracts whose events count, by the names of `REPUTATION_LOGS`. */
export type Contracts = Readonly<Record<"AccountingV2" | "StakeRegistry" | "Audits", Address>>;

/** Fewer blocks at a time are not worth asking for, and more calls than this take too long for a page. */
const [SMALLEST_STEP, MOST_CALLS, MOST_LOGS] = [1_000, 400, 50_000];
const EXECUTOR_ROLE = BigInt(enumNumber(stakeRegistryFacts.Role, "Executor"));

const numberText = (value: unknown, path: string): number => Number(BigInt(text(value, path)));
const quantity = (value: number): string => `0x${value.toString(16)}`;

/** One value of one word that a contract tells. */
async function view(rpc: Rpc, to: Address, signature: string, ...words: readonly bigint[]): Promise<Hex> {
  const selector = bytesToHex(keccak256(new TextEncoder().encode(signature)).subarray(0, 4));
  const data = selector + words.map((word) => word.toString(16).padStart(64, "0")).join("");
  const word = text(await rpc.call("eth_call", [{ to, data }, "latest"]), signature);
  if (/^0x[0-9a-f]{64}$/.test(word)) return word as Hex;
  throw new LloomError("CHAIN_MISMATCH", `There is no contract of this network at ${to} on the server's chain.`, {
    next: "Give a server of the chain that this explorer follows.",
  });
}

/**
 * The contracts and the numbers of the formula, from the chain itself; of an index only the addresses of AccountingV2 and Audits.
 * Throws LloomError CHAIN_MISMATCH for another chain or contracts that do not belong together.
 */
export async function readRules(
  rpc: Rpc,
  { chainId, accounting, audits }: { readonly chainId: bigint; readonly accounting: Address; readonly audits: Address },
): Promise<{ readonly contracts: Contracts; readonly rules: ReputationRules }> {
  const found = BigInt(text(await rpc.call("eth_chainId", []), "eth_chainId"));
  if (found !== chainId)
    throw new LloomError("CHAIN_MISMATCH", `The server is of chain ${found}; this explorer follows chain ${chainId}.`, {
      next: "Give a server of that chain.",
    });
  const [registry, ofAudits, epochSeconds] = await Promise.all([
    view(rpc, accounting, "stakeRegistry()"),
    view(rpc, audits, "stakeRegistry()"),
    view(rpc, audits, "epochLength()"),
  ]);
  if (registry !== ofAudits)
    throw new LloomError("CHAIN_MISMATCH", "AccountingV2 and Audits are not of one deployment.", {
      next: "Believe no figure of this explorer before that is explained.",
    });
  const StakeRegistry: Address = `0x${registry.slice(-40)}`;
  const minimumStake = BigInt(await view(rpc, StakeRegistry, "minimumStake(uint8)", EXECUTOR_ROLE));
  return {
    contracts: { AccountingV2: accounting, StakeRegistry, Audits: audits },
    rules: { epochSeconds: BigInt(epochSeconds), minimumStake },
  };
}

export const readBlockNumber = async (rpc: Rpc): Promise<number> =>
  numberText(await rpc.call("eth_blockNumber", []), "eth_blockNumber");

interface Log {
  readonly block: number;
  readonly index: number;
  readonly topics: readonly Hex[];
  readonly data: Hex;
}

/** Everything that happened up to a block and that an executor's reputation is computed from, in the chain's order. */
export async function readPast(
  rpc: Rpc,
  {
    contracts,
    executor,
    toBlock,
  }: { readonly contracts: Contracts; readonly executor: Address; readonly toBlock: number },
): Promise<readonly PlacedEvent[]> {
  const own = `0x${executor.slice(2).padStart(64, "0")}`;
  const logs: Log[] = [];
  for (const [name, { executorTopic }] of Object.entries(REPUTATION_LOGS)) {
    const between = Array.from({ length: executorTopic - 1 }, () => null);
    const filter = { address: contracts[name as keyof Contracts], topics: [topicsOf(name), ...between, own] };
    logs.push(...(await readLogs(rpc, filter, toBlock)));
  }
  logs.sort((a, b) => a.block - b.block || a.index - b.index);
  const times = new Map<number, bigint>();
  for (const { block } of logs) if (!times.has(block)) times.set(block, await timeOf(rpc, block));
  return logs.flatMap(({ block, topics, data }) => {
    const log = decodeLog({ topics, data }, times.get(block) ?? 0n);
    if (log === undefined)
      throw new LloomError("CHAIN_MISMATCH", `A log of block ${block} is not of its event's form.`);
    return reputationEventsOf(log).map((event) => ({ block, event }));
  });
}

/** In one call where the server answers that, else in smaller ranges, whatever it refuses for. */
async function readLogs(rpc: Rpc, filter: Readonly<Record<string, unknown>>, toBlock: number): Promise<readonly Log[]> {
  const found: Log[] = [];
  let step = toBlock + 1;
  for (let from = 0, calls = 0; from <= toBlock; calls++) {
    if (calls >= MOST_CALLS || found.length > MOST_LOGS) throw tooMuch();
    const to = Math.min(from + step - 1, toBlock);
    try {
      const logs = await rpc.call("eth_getLogs", [{ ...filter, fromBlock: quantity(from), toBlock: quantity(to) }]);
      found.push(...list(logs, "logs").map(logOf));
      from = to + 1;
    } catch (thrown) {
      if (step <= SMALLEST_STEP || !(thrown instanceof LloomError) || thrown.code !== "CHAIN_UNREACHABLE") throw thrown;
      step = Math.max(SMALLEST_STEP, Math.ceil(step / 4));
    }
  }
  return found;
}

const tooMuch = (): LloomError =>
  new LloomError("CHAIN_UNREACHABLE", "The server gives too few blocks at a time to search all of the chain here.", {
    next: "Give one with longer ranges of eth_getLogs, or have it done by: lloom reputation verify.",
  });

function logOf(value: unknown): Log {
  const { blockNumber, logIndex, topics, data } = record(value, "log");
  return {
    block: numberText(blockNumber, "log.blockNumber"),
    index: numberText(logIndex, "log.logIndex"),
    topics: list(topics, "log.topics").map((topic) => hex(topic, "log.topics")),
    data: text(data, "log.data").toLowerCase() as Hex,
  };
}

async function timeOf(rpc: Rpc, block: number): Promise<bigint> {
  const { timestamp } = record(await rpc.call("eth_getBlockByNumber", [quantity(block), false]), "block");
  return BigInt(text(timestamp, "block.timestamp"));
}

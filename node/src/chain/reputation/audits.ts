import { epochSeed } from "@lloom/protocol/audit-assignments";
import type { AuditRow } from "@lloom/protocol/audit-reports";
import { encodeHeader, type RpcBlock } from "@lloom/protocol/block-headers";
import { type Address, type Hex, ZERO_HASH } from "@lloom/protocol/commitment-types";
import { LloomError } from "../../errors.ts";
import type { Chain } from "../chain.ts";
import type { ContractCall } from "../contract-call.ts";
import { audits as contract } from "../contracts.ts";
import { readFor, readView } from "../reads.ts";
import { GAS_BOUNDS, reportGas } from "../send/gas.ts";
import { blockAt } from "../watch/block-at.ts";
import { readPastLogs } from "../watch/past-logs.ts";

/** The contract that takes reports, with its parameters. */
export interface Audits {
  readonly chain: Chain;
  readonly address: Address;
  readonly epochSeconds: bigint;
  /** A validator is assigned an executor once in so many epochs. */
  readonly odds: bigint;
}

/** Where a validator's chains of preimages stand. */
export interface ChainsOf {
  /** The newest preimage that was revealed, or the tip; zero without a chain. */
  readonly head: Hex;
  readonly headEpoch: bigint;
  readonly lastEpoch: bigint;
  /** The last executor that was reported on in `headEpoch`; zero for none. */
  readonly cursor: Address;
  /** First epoch of the chain that waits, its tip and its last epoch; undefined if none does. */
  readonly next: { readonly tip: Hex; readonly firstEpoch: bigint; readonly lastEpoch: bigint } | undefined;
}

/** Throws CHAIN_MISMATCH where no Audits of this deployment is. */
export async function openAudits(chain: Chain, address: Address): Promise<Audits> {
  const registry = await view(chain, address, "stakeRegistry");
  if (String(registry?.[0]).toLowerCase() !== chain.stakeRegistry.toLowerCase())
    throw new LloomError("CHAIN_MISMATCH", `There is no Audits of this deployment at ${address}.`, {
      next: "Give the address of Audits that belongs to AccountingV2, or none.",
    });
  const [epochSeconds, odds] = await Promise.all([view(chain, address, "epochLength"), view(chain, address, "odds")]);
  return { chain, address, epochSeconds: BigInt(epochSeconds?.[0]), odds: BigInt(odds?.[0]) };
}

/** The seed of an epoch; undefined while nobody has proven it. */
export async function readSeed({ chain, address }: Audits, epoch: bigint): Promise<Hex | undefined> {
  const [seed] = (await view(chain, address, "seeds", [epoch])) ?? [];
  return seed === undefined || seed === ZERO_HASH ? undefined : seed;
}

export async function readChains({ chain, address }: Audits, validator: Address): Promise<ChainsOf> {
  const [now, waiting] = await Promise.all([
    view(chain, address, "chains", [validator]),
    view(chain, address, "nextChains", [validator]),
  ]);
  const [head, headEpoch, lastEpoch, nextEpoch, cursor] = now ?? [];
  const [tip, nextLast] = waiting ?? [];
  const next = { tip, firstEpoch: BigInt(nextEpoch), lastEpoch: BigInt(nextLast) };
  return {
    ...{
      head,
      headEpoch: BigInt(headEpoch),
      lastEpoch: BigInt(lastEpoch),
      cursor: String(cursor).toLowerCase() as Address,
    },
    next: next.firstEpoch === 0n ? undefined : next,
  };
}

/** A chain that was registered. */
export interface RegisteredChain {
  readonly tip: Hex;
  readonly firstEpoch: bigint;
  readonly lastEpoch: bigint;
}

/** All chains that a validator ever registered, the oldest first. */
export async function readRegistered({ chain, address }: Audits, validator: Address): Promise<RegisteredChain[]> {
  const topics = [
    contract.topicOf("ChainRegistered"),
    `0x${validator.slice(2).toLowerCase().padStart(64, "0")}` as Hex,
  ];
  const logs = await readPastLogs(chain, { address, topics });
  return logs.map((log) => {
    const [, tip, firstEpoch, lastEpoch] = contract.parsed.parseLog(log)?.args ?? [];
    return { tip, firstEpoch, lastEpoch };
  });
}

/** Registers the next chain of preimages. */
export const registerChainCall = ({ address }: Audits, tip: Hex, length: number): ContractCall => ({
  what: `register a chain of ${length} audits`,
  to: address,
  data: contract.encode("registerChain", [tip, length]),
  gasLimit: GAS_BOUNDS.registerChain,
});

/** An epoch's seed, and what proves it. */
export interface SeedProof {
  readonly seed: Hex;
  readonly call: ContractCall;
}

/** The seed as its first block has it; undefined while the epoch has no block, or the server has it no more. */
export async function proveSeed(
  { chain, address, epochSeconds }: Audits,
  epoch: bigint,
): Promise<SeedProof | undefined> {
  const number = await blockAt(chain, epoch * epochSeconds);
  const [first, parent] = await Promise.all([rawBlock(chain, number), rawBlock(chain, number - 1)]);
  if (first === null || parent === null || BigInt(String(first["timestamp"])) / epochSeconds !== epoch)
    return undefined;
  const { chainId } = chain.network;
  return {
    seed: epochSeed({ chainId: BigInt(chainId), audits: address, epoch, prevRandao: first["mixHash"] as Hex }),
    call: {
      what: `prove the seed of epoch ${epoch}`,
      to: address,
      data: contract.encode("fixSeed", [number, encodeHeader(parent), encodeHeader(first)]),
      gasLimit: GAS_BOUNDS.fixSeed,
    },
  };
}

/** One report of an epoch. */
export interface Report {
  readonly epoch: bigint;
  readonly preimage: Hex;
  readonly rows: readonly AuditRow[];
  /** Epochs since the one that was revealed last. */
  readonly skipped: bigint;
}

export const reportCall = ({ address }: Audits, { epoch, preimage, rows, skipped }: Report): ContractCall => ({
  what: `report the audits of epoch ${epoch}`,
  to: address,
  data: contract.encode("report", [epoch, preimage, rows]),
  gasLimit: reportGas(rows.length, skipped),
});

const rawBlock = (chain: Chain, number: number): Promise<RpcBlock | null> =>
  readFor("a block", chain.provider.send("eth_getBlockByNumber", [`0x${number.toString(16)}`, false]));

async function view(chain: Chain, to: Address, name: Parameters<typeof contract.encode>[0], values: unknown[] = []) {
  const told = await readView(chain, "Audits", { to, data: contract.encode(name, values) });
  return told === undefined ? undefined : contract.parsed.decodeFunctionResult(name, told);
}

import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Address } from "@lloom/protocol/commitment-types";
import type { PlacedEvent } from "@lloom/protocol/reputation/epochs-of";
import type { ReputationRules } from "@lloom/protocol/reputation/parameters";
import { type ReputationContracts, readReputationRules } from "../../chain/reputation/reputation-logs.ts";
import { type KeptPast, readReputationPast } from "../../chain/reputation/reputation-past.ts";
import { steadyClock } from "../../primitives/clock.ts";
import type { Settings } from "../../settings.ts";
import { reputationFile } from "../../store/files/reputation-file.ts";
import type { CommandContext } from "../command.ts";
import { chosenAudits } from "../open/deployment.ts";
import { openKeylessChain } from "../open/open.ts";

/** The chain's events of one executor, read by this node alone. */
export interface Past {
  readonly contracts: ReputationContracts;
  readonly rules: ReputationRules;
  /** Where they were read. */
  readonly origin: string;
  readonly head: number;
  /** All of them up to a block. */
  readonly upTo: (block: number) => Promise<PlacedEvent[]>;
}

/** Connects, and reads nothing yet. What is read is kept for the next time, for each RPC server by itself. */
export async function openPast(context: CommandContext, executor: Address): Promise<Past> {
  const { settings, signal } = context;
  const audits = chosenAudits(settings);
  const chain = await openKeylessChain(context);
  const contracts = { chain, audits };
  const rules = await readReputationRules(contracts);
  const { origin } = new URL(settings.rpc);
  const kept = keptPast(settings, { chain, audits, executor });
  const head = await chain.provider.getBlockNumber();
  const onProgress = progressOf(context, head);
  const upTo = (toBlock: number) => readReputationPast(contracts, { executor, toBlock, signal, kept, onProgress });
  return { contracts, rules, origin, head, upTo };
}

/** A file for what one RPC server says of one executor's past. */
export function keptPast(
  { rpc, dataDir }: Settings,
  { chain, audits, executor }: ReputationContracts & { readonly executor: Address },
): KeptPast {
  const source = [chain.domain.chainId, chain.accounting, audits, rpc, chain.startBlock].join(" ");
  const name = `${executor}-${createHash("sha256").update(source).digest("hex").slice(0, 16)}.jsonl`;
  return reputationFile(join(dataDir, "reputation", name));
}

/** Between two words of progress. */
const TELL_MS = 2_000;

/** Says now and then on standard error how far it is: a long chain takes minutes. */
function progressOf({ json }: CommandContext, head: number) {
  let toldMs = steadyClock();
  return ({ block, events }: { readonly block: number; readonly events: number }): void => {
    if (json || steadyClock() - toldMs < TELL_MS) return;
    toldMs = steadyClock();
    process.stderr.write(`Block ${block} of ${head}: ${events} events. It goes on from here if you stop it.\n`);
  };
}

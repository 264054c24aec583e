import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { LloomError } from "../../errors.ts";
import type { Chain } from "../chain.ts";
import { delivery, equivocation, measured, stakeRegistryInterface } from "../contracts.ts";
import { readView } from "../reads.ts";
import { readPastLogs } from "../watch/past-logs.ts";

/** The dispute contracts that nodes bring their own cases to. */
export interface Judges {
  /** DeliveryDisputes. */
  readonly delivery: Address;
  /** EquivocationDisputes. */
  readonly equivocation: Address;
}

/** The dispute contracts that the stake registry names: its events are the one list of them. */
export async function findJudges(chain: Chain): Promise<readonly Address[]> {
  const topic = stakeRegistryInterface.getEvent("Wired")?.topicHash as Hex;
  const logs = await readPastLogs(chain, { address: chain.stakeRegistry, topics: [topic] });
  return logs.map((log): Address => `0x${log.topics[1]?.slice(-40)}`);
}

/**
 * The judges of delivery and of equivocation, each known by what it answers. `found`: what `findJudges` says, for whoever needs it
 * for more. Throws CHAIN_MISMATCH for a deployment without them, and what reads throw.
 */
export async function openJudges(chain: Chain, found = findJudges(chain)): Promise<Judges> {
  const judges = await found;
  const [deliveryJudge, equivocationJudge] = await Promise.all([
    firstThatAnswers(chain, judges, delivery.encode("CHALLENGE_WINDOW")),
    firstThatAnswers(chain, judges, equivocation.encode("PRIORITY_WINDOW")),
  ]);
  if (deliveryJudge !== undefined && equivocationJudge !== undefined)
    return { delivery: deliveryJudge, equivocation: equivocationJudge };
  throw new LloomError("CHAIN_MISMATCH", "The stake registry names no contract for disputes about answers.");
}

/** MeasuredDisputes; `undefined` for a deployment without. Throws what reads throw. */
export const findMeasured = async (chain: Chain, found = findJudges(chain)): Promise<Address | undefined> =>
  firstThatAnswers(chain, await found, measured.encode("disputeCount"));

async function firstThatAnswers(chain: Chain, judges: readonly Address[], data: Hex): Promise<Address | undefined> {
  for (const to of judges) if ((await readView(chain, "the dispute contracts", { to, data })) !== undefined) return to;
  return undefined;
}

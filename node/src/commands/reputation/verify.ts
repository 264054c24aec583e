import type { Address } from "@lloom/protocol/commitment-types";
import { type EpochStanding, replay } from "@lloom/protocol/reputation/epochs-of";
import { firstDifference } from "@lloom/protocol/reputation/first-difference";
import { need } from "../../config.ts";
import { LloomError } from "../../errors.ts";
import { openIndexer, type ToldEpoch, type ToldStanding } from "../../indexer/indexer.ts";
import { announce, type CommandContext } from "../command.ts";
import { openPast, type Past } from "./past.ts";
import { proofProblem } from "./proof-problem.ts";
import { unregistered } from "./show.ts";

/** Replays an executor's events from the chain, and holds what an indexer says of every epoch against that. */
export async function verify(context: CommandContext, executor: Address): Promise<void> {
  const { settings, signal } = context;
  const indexer = openIndexer(need(settings.indexer, "indexer"));
  const past = await openPast(context, executor);
  // Both as far as the one that is behind; the index is asked last, so that it knows at least as much.
  const indexed = await indexer.head(signal);
  const upTo = Math.min(past.head, indexed);
  const last = (await epochOf(past, upTo)) - 1n;
  if (last < (await epochOf(past, past.head)) - 2n) throw behind(indexer.origin, indexed, past.head);
  const own = replay(past.rules, { executor, events: await past.upTo(upTo) });
  const standings = own.standings();
  const told = await indexer.history(executor, signal);
  if (standings.length === 0 && told.length === 0) throw unregistered(executor, upTo);
  // Only where the index may have gone on meanwhile: a row of the past has no business with later blocks.
  const moved = told.filter(({ epoch, block }) => epoch > last && block > upTo);
  const moving = new Set(moved.map(({ epoch }) => epoch));
  refuseDifference(indexer.origin, firstDifference(standings, told, moving));
  const answer = await indexer.standing(executor, Number(last), signal);
  const aged = own.at(last);
  refuseDifference(indexer.origin, firstDifference(aged ? [aged] : [], answer ? [answered(answer, aged)] : []));
  if (answer !== undefined) refuseProof(indexer.origin, executor, answer);
  const epochs = standings.length;
  announce(
    context,
    {
      event: "verified",
      executor,
      epochs,
      block: upTo,
      epoch: last,
      root: answer?.root ?? null,
      indexer: indexer.origin,
    },
    [
      `Agrees to the bit with ${indexer.origin}: ${epochs} epochs in which something happened, up to block ${upTo} of ${past.origin}.`,
      ...(answer === undefined
        ? []
        : [`Root of epoch ${last}: ${answer.root}, with this executor's leaf as one of ${answer.count}.`]),
    ].join("\n"),
  );
}

/** The epoch of a block: those before it are over. */
async function epochOf({ contracts, rules }: Past, block: number): Promise<bigint> {
  const found = await contracts.chain.provider.getBlock(block);
  if (found === null) throw new LloomError("CHAIN_UNREACHABLE", `The RPC server does not have block ${block}.`);
  return BigInt(found.timestamp) / rules.epochSeconds;
}

const behind = (origin: string, indexed: number, head: number): LloomError =>
  new LloomError("INDEXER_REFUSED", `The indexer at ${origin} is at block ${indexed}, and the chain at ${head}.`, {
    next: "Try again when it has caught up: its /meta says how far it is.",
  });

/** What was answered, in the form of a row. */
const answered = ({ standing }: ToldStanding, own: EpochStanding | undefined): ToldEpoch => ({
  ...standing,
  block: own?.block ?? 0,
});

function refuseDifference(origin: string, difference: ReturnType<typeof firstDifference>): void {
  if (difference === undefined) return;
  const { epoch, input, own, told } = difference;
  throw new LloomError(
    "INDEXER_ANSWER_INVALID",
    `The indexer at ${origin} differs from the chain first in epoch ${epoch}, in ${input}: it says ${told}, the events say ${own}.`,
    {
      next: "Believe the chain: lloom reputation show. Use another indexer, or one of your own.",
      details: { ...difference },
    },
  );
}

function refuseProof(origin: string, executor: Address, answer: ToldStanding): void {
  const problem = proofProblem(executor, answer);
  if (problem === undefined) return;
  throw new LloomError("INDEXER_ANSWER_INVALID", `The indexer at ${origin} proves nothing: ${problem}.`, {
    next: "Use another indexer, or one of your own.",
  });
}

import type { Address } from "@lloom/protocol/commitment-types";
import { type PlacedEvent, type Replayed, replay } from "@lloom/protocol/reputation/epochs-of";
import type { ReputationEvent } from "@lloom/protocol/reputation/events";
import { REPUTATION } from "@lloom/protocol/reputation/parameters";
import type { Standing } from "@lloom/protocol/reputation/standing";
import { shownTokens, tokenOf } from "../../chain/account/calls.ts";
import type { Chain } from "../../chain/chain.ts";
import { LloomError } from "../../errors.ts";
import { announce, type CommandContext } from "../command.ts";
import { type Fact, factLines, shownDate } from "../words.ts";
import { openPast } from "./past.ts";
import { shownFraction } from "./words.ts";

/** What an executor's reputation is now, and what each part of it comes from. */
export async function show(context: CommandContext, executor: Address): Promise<void> {
  const past = await openPast(context, executor);
  const events = await past.upTo(past.head);
  const { rules } = past;
  const { chain } = past.contracts;
  const nowSeconds = await chain.nowSeconds();
  const { history, at } = replay(rules, { executor, events });
  const standing = at(nowSeconds / rules.epochSeconds);
  if (standing === undefined) throw unregistered(executor, past.head);
  const sources = sourcesOf(events, history);
  const { origin, head } = past;
  announce(
    context,
    { event: "reputation", executor, ...standing, rules, sources, rpc: origin, block: head, token: tokenOf(chain) },
    [headline(executor, standing), ...factLines(facts({ chain, standing, sources, nowSeconds, origin, head }))].join(
      "\n",
    ),
  );
}

/** The same words wherever a reputation is asked for that there is none of. */
export const unregistered = (executor: Address, block: number): LloomError =>
  new LloomError("COMMAND_INVALID", `${executor} has not registered as an executor up to block ${block}.`, {
    next: "Give an executor's address; if it is one, check --accounting, --audits and --start-block.",
  });

/** How many events each part comes from. */
type Sources = ReturnType<typeof sourcesOf>;

function sourcesOf(events: readonly PlacedEvent[], { auditors, channels }: Replayed["history"]) {
  const count = (counts: (event: ReputationEvent) => boolean): number =>
    events.filter(({ event }) => counts(event)).length;
  return {
    audits: count(({ kind }) => kind === "audit"),
    validators: auditors.size,
    settlements: count(({ kind }) => kind === "settlement"),
    clients: channels.size,
    strikes: count(({ kind }) => kind === "strike"),
    stakeMovements: count(({ kind }) => kind === "stake"),
    newestBlock: events.at(-1)?.block ?? 0,
  };
}

function headline(executor: Address, { grade, trust, lower, upper }: Standing): string {
  if (grade === "newcomer") {
    const least = REPUTATION.newcomerAudits;
    return `${executor} is a newcomer: fewer than ${least} audits count, which says nothing against it.`;
  }
  const interval = `${shownFraction(lower)} to ${shownFraction(upper)}`;
  return `${executor} has grade ${grade}: trust ${shownFraction(trust)}; it is believed to pass ${interval} of its audits.`;
}

interface Shown {
  readonly chain: Chain;
  readonly standing: Standing;
  readonly sources: Sources;
  readonly nowSeconds: bigint;
  readonly origin: string;
  readonly head: number;
}

function facts({ chain, standing, sources, nowSeconds, origin, head }: Shown): Fact[] {
  const { passed, failed, unanswered, receipts, strikes, stake, stakeFactor, lower, upper, share, trust, epoch } =
    standing;
  const counted = receipts < passed ? receipts : passed;
  const audits = `of ${sources.audits} reports by ${sources.validators} validators (ExecutorAudited), aged`;
  return [
    ["Trust", `${shownFraction(trust)} = lower bound ^ 0.85 * stake factor ^ 0.15 / 2 ^ strikes`],
    ["Share", `${shownFraction(share)} of audits passed, as the validators found`],
    ["Interval", `${shownFraction(lower)} to ${shownFraction(upper)}`],
    ["Passed", `${shownFraction(passed)} ${audits}`],
    ["Failed", `${shownFraction(failed)} ${audits}; each weighs ${REPUTATION.failedWeight}`],
    ["Unanswered", `${shownFraction(unanswered)} ${audits}; each weighs ${REPUTATION.unansweredWeight}`],
    [
      "Receipts",
      `${shownFraction(receipts)} of ${sources.settlements} settlements (LaneSettled) with ${sources.clients} clients, aged; ${shownFraction(counted)} count`,
    ],
    ["Strikes", `${shownFraction(strikes)} of ${sources.strikes} (Struck, Slashed), aged`],
    [
      "Stake",
      `${shownTokens(chain, stake)} after ${sources.stakeMovements} movements: factor ${shownFraction(stakeFactor)}`,
    ],
    ["Epoch", `${epoch}, by the chain's clock of ${shownDate(nowSeconds)}`],
    ["Computed", `from events up to block ${head} of ${origin}; the newest is in block ${sources.newestBlock}`],
  ];
}

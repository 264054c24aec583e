import type { Address } from "@lloom/protocol/commitment-types";
import type { Chain } from "../../chain/chain.ts";
import { readDispute } from "../../chain/disputes/delivery-disputes.ts";
import { type DisputeSide, findDisputes } from "../../chain/disputes/dispute-events.ts";
import { findJudges, openJudges } from "../../chain/disputes/judges.ts";
import { type MeasuredCourt, openMeasuredCourt } from "../../chain/disputes/measured-court.ts";
import { readMeasured } from "../../chain/disputes/measured-disputes.ts";
import { findMeasuredOf, type MeasuredSide, readComplaint } from "../../chain/disputes/measured-events.ts";
import { dutyOfComplaint } from "../../duties/duty-of-complaint.ts";
import { type Duty, openDutyLog } from "../../store/duty-log.ts";
import { dutyOfOpened } from "../../store/opened-dispute.ts";
import type { CommandContext } from "../command.ts";
import type { View } from "../deeds/account.ts";
import { readOwnLog } from "../deeds/own-log.ts";
import { LOG_FILES } from "../open/log-files.ts";

/** Of each log. */
const MOST = 200;

/** What the logs of this account say of disputes; the newest first. */
export const loggedDuties = (context: CommandContext, view: View): readonly Duty[] =>
  LOG_FILES.flatMap((file) => {
    const log = readOwnLog(context, view, { file });
    return log === undefined ? [] : openDutyLog(log).newestDuties(MOST);
  });

/**
 * Everything about disputes of an account: those of its logs, and those that the chain knows, as the chain has them now. Throws
 * as reads do.
 */
export async function findDuties(context: CommandContext, view: View): Promise<readonly Duty[]> {
  const { chain } = view;
  const judges = findJudges(chain);
  const [{ delivery }, court] = await Promise.all([openJudges(chain, judges), openMeasuredCourt(chain, judges)]);
  const logged = context.flags["address"] === undefined ? loggedDuties(context, view) : [];
  const onChain = await Promise.all([
    ...(["executor", "client"] as const).map((side) => disputesOf(view, delivery, side)),
    ...(["executor", "challenger"] as const).map((side) => complaintsOf(view, court, side)),
  ]);
  const known = new Set(logged.map(({ kind, id }) => `${kind} ${id}`));
  const all = [...logged, ...onChain.flat().filter(({ kind, id }) => !known.has(`${kind} ${id}`))];
  return Promise.all(all.map((duty) => asItStands(view, { delivery, court }, duty)));
}

async function complaintsOf({ chain, address: account }: View, court: MeasuredCourt | undefined, side: MeasuredSide) {
  if (court === undefined) return [];
  const opened = await findMeasuredOf(chain, court, { side, account });
  const kind = side === "executor" ? "defend" : "accuse";
  return Promise.all(
    opened
      .toReversed()
      .map(async ({ id }): Promise<Duty> => dutyOfComplaint(kind, await readComplaint(chain, court, id))),
  );
}

async function disputesOf({ chain, address }: View, disputes: Address, side: DisputeSide): Promise<Duty[]> {
  const opened = await findDisputes(chain, disputes, { side, account: address });
  return opened.toReversed().map((event) => dutyOfOpened(side, event));
}

/** A party's dispute about a delivery stands as the chain says; its own words are kept for what is being done about it. */
async function asItStands(
  { chain }: View,
  { delivery, court }: { readonly delivery: Address; readonly court: MeasuredCourt | undefined },
  duty: Duty,
): Promise<Duty> {
  if (duty.kind === "defend" || duty.kind === "accuse")
    return court === undefined ? duty : asJudged(chain, court, duty);
  if (duty.kind !== "answer" && duty.kind !== "dispute") return duty;
  const { state, revealBy, bond, paid, penalty } = await readDispute(chain, delivery, duty.id);
  if (state === "none") return duty;
  const money = { dueAt: revealBy, amount: paid, penalty, bond };
  return { ...duty, ...money, ...(state !== "open" && { state }) };
}

/** The same of one that a jury decides: while it runs, the node that looks after it has the better words. */
async function asJudged(chain: Chain, court: MeasuredCourt, duty: Duty): Promise<Duty> {
  const { state, outcome, until } = await readMeasured(chain, court, duty.id);
  if (state === "none") return duty;
  if (state === "closed") return { ...duty, state: outcome };
  const dueAt = until === 0n ? duty.dueAt : until;
  return { ...duty, dueAt, ...(duty.state === "open" && { state: MEASURED_WORDS[state] ?? "open" }) };
}

const MEASURED_WORDS: Readonly<Record<string, string>> = { draw: "drawn", voting: "judged", arbitration: "arbitrated" };

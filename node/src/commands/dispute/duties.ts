import type { Address } from "@lloom/protocol/commitment-types";
import { readDispute } from "../../chain/delivery-disputes.ts";
import { type DisputeSide, findDisputes } from "../../chain/dispute-events.ts";
import { openJudges } from "../../chain/judges.ts";
import { type Duty, openDutyLog } from "../../store/duty-log.ts";
import { dutyOfOpened } from "../../store/opened-dispute.ts";
import type { CommandContext } from "../command.ts";
import type { View } from "../money/account.ts";
import { type LogFile, readOwnLog } from "../money/own-log.ts";

const FILES: readonly LogFile[] = ["executor.sqlite", "client.sqlite", "validator.sqlite"];
/** Of each log. */
const MOST = 200;

/** What the logs of this account say of disputes; the newest first. */
export const loggedDuties = (context: CommandContext, view: View): readonly Duty[] =>
  FILES.flatMap((file) => {
    const log = readOwnLog(context, view, { file });
    return log === undefined ? [] : openDutyLog(log).newestDuties(MOST);
  });

/**
 * Everything about disputes of an account: those of its logs, and those that the chain knows, as the chain has them now. Throws
 * as reads do.
 */
export async function findDuties(context: CommandContext, view: View): Promise<readonly Duty[]> {
  const { chain } = view;
  const { delivery } = await openJudges(chain);
  const logged = context.flags["address"] === undefined ? loggedDuties(context, view) : [];
  const onChain = await Promise.all((["executor", "client"] as const).map((side) => disputesOf(view, delivery, side)));
  const known = new Set(logged.map(({ kind, id }) => `${kind} ${id}`));
  const all = [...logged, ...onChain.flat().filter(({ kind, id }) => !known.has(`${kind} ${id}`))];
  return Promise.all(all.map((duty) => asItStands(view, delivery, duty)));
}

async function disputesOf({ chain, address }: View, disputes: Address, side: DisputeSide): Promise<Duty[]> {
  const opened = await findDisputes(chain, disputes, { side, account: address });
  return opened.toReversed().map((event) => dutyOfOpened(side, event));
}

/** A party's dispute about a delivery stands as the chain says; its own words are kept for what is being done about it. */
async function asItStands({ chain }: View, disputes: Address, duty: Duty): Promise<Duty> {
  if (duty.kind !== "answer" && duty.kind !== "dispute") return duty;
  const { state, revealBy, bond, paid, penalty } = await readDispute(chain, disputes, duty.id);
  if (state === "none") return duty;
  const money = { dueAt: revealBy, amount: paid, penalty, bond };
  return { ...duty, ...money, ...(state !== "open" && { state }) };
}

/** What a party of a measured dispute does next. Pure: the shell reads, asks here, saves, and sends. */
import type { MeasuredDispute } from "../chain/disputes/measured-disputes.ts";
import { type AppealView, nextAppeal } from "./appeal-rules.ts";
import { type DueMove, type DueView, dueMove } from "./due-rules.ts";

/** What an executor can say to a complaint while it may; `wait` while nothing can be said yet. */
export type PartyReply = "answer" | "concede" | "wait";

export interface PartyView extends DueView {
  readonly dispute: Pick<MeasuredDispute, "state" | "until" | "verdict" | "outcome">;
  readonly side: "executor" | "challenger";
  /** Of the executor. */
  readonly reply: PartyReply;
  readonly appeal: AppealView;
  /** What the contract refused before, in this run. */
  readonly refused: ReadonlySet<OwnAct>;
}

/** What a party alone does. */
export type OwnAct = Exclude<PartyReply, "wait"> | "appeal";
export type PartyAct = DueMove | OwnAct;

/**
 * `gone`: its block is. `open`: the executor has time. `unanswerable`: it has nothing to show yet. `drawn`: a jury is to be drawn.
 * `judged`: it votes. `favoured`: its verdict is for this party. The others are how it ended.
 */
export type PartyRest =
  | "gone"
  | "open"
  | "unanswerable"
  | "drawn"
  | "judged"
  | "favoured"
  | "asked"
  | "unaffordable"
  | "accepted"
  | "arbitrated"
  | "upheld"
  | "rejected"
  | "conceded"
  | "void"
  | "unknown";

export type PartyMove = { readonly act: PartyAct } | { readonly act: "none"; readonly state: PartyRest };

const OVER: ReadonlySet<string> = new Set<PartyRest>(["upheld", "rejected", "conceded", "void"]);
/** States that nothing follows, unless a reorganisation does. */
export const isEnded = (state: string): boolean => OVER.has(state);

const RESTS: Partial<Record<MeasuredDispute["state"], PartyRest>> = {
  none: "gone",
  answer: "open",
  draw: "drawn",
  voting: "judged",
  appealable: "favoured",
  arbitration: "arbitrated",
};

/** What to do now. */
export function nextPartyMove(view: PartyView): PartyMove {
  const { dispute, side, refused } = view;
  const { state } = dispute;
  if (state === "closed") return rest(dispute.outcome === "none" ? "unknown" : dispute.outcome);
  const due = dueMove(view);
  if (due !== undefined) return { act: due };
  if (state === "answer" && side === "executor") return nextReply(view);
  if (state === "appealable" && dispute.verdict === "unknown") return rest("unknown");
  if (state === "appealable" && isAgainst(view) && !refused.has("appeal")) return nextAppeal(view.appeal);
  return rest(RESTS[state] ?? "unknown");
}

/** Whether what a jury found is against this party. */
export const isAgainst = ({ side, dispute: { verdict } }: Pick<PartyView, "side" | "dispute">): boolean =>
  verdict === (side === "executor" ? "mismatch" : "match");

function nextReply({ reply, dispute, nowSeconds, refused }: PartyView): PartyMove {
  if (reply === "wait" || nowSeconds > dispute.until) return rest("unanswerable");
  return refused.has(reply) ? rest("open") : { act: reply };
}

const rest = (state: PartyRest): PartyMove => ({ act: "none", state });

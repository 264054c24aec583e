/** How a juror goes about a case. Pure: the shell reads, asks here, saves, and sends. */
import { type Hex, ZERO_HASH } from "@lloom/protocol/commitment-types";
import type { VoteChoice } from "@lloom/protocol/votes";
import { isJuror, type Panel, type Seat } from "../../chain/disputes/jury.ts";
import type { MeasuredDispute } from "../../chain/disputes/measured-disputes.ts";

/** What looking at the evidence has come to: `pending` while it is looked at, `unreachable` if it cannot be had or measured. */
export type Looked = VoteChoice | "pending" | "unreachable" | undefined;

export interface VoteView {
  readonly dispute: Pick<MeasuredDispute, "state" | "verdict">;
  readonly panel: Pick<Panel, "round" | "phase" | "commitUntil">;
  readonly seat: Seat;
  /** What the saved vote is committed to by in this round; absent while none is saved. */
  readonly commitment: Hex | undefined;
  readonly looked: Looked;
  /** By the chain's clock. */
  readonly nowSeconds: bigint;
}

/** `judge`: look at the evidence. `commit`: with the vote, or with the one that is saved. */
export type VoteMove =
  | { readonly act: "judge" }
  | { readonly act: "commit"; readonly choice: VoteChoice | undefined }
  | { readonly act: "reveal" }
  | { readonly act: "none"; readonly state: VoteRest };

/**
 * `gone`: the case's block is. `undrawn`: the draw's is. `foreign`: this key committed to a vote that the log does not know. `paid`,
 * `unpaid`, `fined`: how it ended. `unknown`: a newer contract says what this version has no name for.
 */
export type VoteRest =
  | "gone"
  | "undrawn"
  | "pending"
  | "waiting"
  | "committed"
  | "foreign"
  | "revealed"
  | "missed"
  | "paid"
  | "unpaid"
  | "fined"
  | "unknown";

/** Evidence that cannot be had may come yet; this leaves time to say that it has not. */
export const UNREACHABLE_BEFORE_SECONDS = 3_600n;

const OVER: ReadonlySet<string> = new Set<VoteRest>(["paid", "unpaid", "fined"]);
/** States that nothing follows, unless a reorganisation does. */
export const isDischarged = (state: string): boolean => OVER.has(state);

/** What to do now. */
export function nextVote(view: VoteView): VoteMove {
  const { dispute, panel, seat } = view;
  if (dispute.state === "none") return rest("gone");
  if (!isJuror(seat)) return rest("undrawn");
  if (dispute.state === "closed") return rest(dischargeOf(seat, dispute.verdict));
  if (seat.round !== panel.round) return rest(seat.revealed === undefined ? "missed" : "revealed");
  if (panel.phase === "unknown") return rest("unknown");
  if (panel.phase === "commit") return nextCommit(view);
  if (seat.revealed !== undefined) return rest("revealed");
  if (seat.commitment === ZERO_HASH || panel.phase !== "reveal") return rest("missed");
  return isOwn(view) ? { act: "reveal" } : rest("foreign");
}

function nextCommit(view: VoteView): VoteMove {
  const { seat, panel, commitment, looked, nowSeconds } = view;
  if (seat.commitment !== ZERO_HASH) return rest(isOwn(view) ? "committed" : "foreign");
  // What was saved once is the vote, whatever is found now.
  if (commitment !== undefined) return { act: "commit", choice: undefined };
  if (looked !== undefined && looked !== "pending" && looked !== "unreachable")
    return { act: "commit", choice: looked };
  if (panel.commitUntil - nowSeconds <= UNREACHABLE_BEFORE_SECONDS) return { act: "commit", choice: "Insufficient" };
  if (looked === undefined) return { act: "judge" };
  return rest(looked === "pending" ? "pending" : "waiting");
}

const isOwn = ({ seat, commitment }: VoteView): boolean => seat.commitment === commitment;

/** What the case's end means for this juror. */
function dischargeOf({ revealed, commitment, isDuty }: Seat, truth: MeasuredDispute["verdict"]): VoteRest {
  if (revealed === undefined) return commitment === ZERO_HASH && !isDuty ? "unpaid" : "fined";
  if (truth === "unknown") return "unknown";
  if (truth === "none") return "paid";
  if (revealed === "Unknown") return "unknown";
  if (revealed === "Insufficient") return "unpaid";
  return revealed.toLowerCase() === truth ? "paid" : "fined";
}

const rest = (state: VoteRest): VoteMove => ({ act: "none", state });

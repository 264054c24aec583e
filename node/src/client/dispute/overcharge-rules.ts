/** When a client complains of counts that are not those of the model's tokenizer. Pure: the shell reads, asks here, saves, and sends. */
import type { PaidLane } from "@lloom/protocol/channel-money";
import type { RequestCommitment } from "@lloom/protocol/commitment-types";
import { measuredEvidenceFacts } from "@lloom/protocol/generated/facts";
import type { DisputePolicy } from "./dispute-rules.ts";

export interface OverchargeView {
  /** Somebody has complained of this answer. */
  readonly isDisputed: boolean;
  /** As the chain has settled it. */
  readonly lane: Pick<PaidLane, "nonce">;
  readonly request: Pick<RequestCommitment, "nonce" | "deadline">;
  /** Chain seconds. */
  readonly nowSeconds: bigint;
  readonly policy: DisputePolicy;
  /** Jurors of every version find what is claimed. */
  readonly isCertain: boolean;
  /** How this client's other complaints about the executor stand: one is open, or one was found to be wrong. */
  readonly others: "none" | "open" | "lost";
  /** Base units: what opening asks for, what open complaints have locked and may lock at most, what there is. */
  readonly bond: bigint;
  readonly locked: bigint;
  readonly mostLocked: bigint;
  readonly funds: bigint;
}

/**
 * `complained`: a dispute is open or was. `gone`: the settlement's block is. `asked`: somebody has to say yes. `waiting`: another
 * complaint about the executor has to end first. `unaffordable`: the bound or the funds do not allow it. `late`: the contract takes
 * it no more.
 */
export type OverchargeRest = "complained" | "gone" | "asked" | "waiting" | "unaffordable" | "late";
export type OverchargeMove = { readonly act: "complain" } | { readonly act: "none"; readonly state: OverchargeRest };

/** Chain seconds until which an answer can be complained of. */
export const complainBy = ({ deadline }: Pick<RequestCommitment, "deadline">): bigint =>
  deadline + measuredEvidenceFacts.EVIDENCE_WINDOW;

/** States that nothing follows, unless a reorganisation does. */
export const isSettledMatter = (state: string): boolean => state === "complained" || state === "late";

/**
 * What to do now. By itself it complains of what no juror can find otherwise: the executor's word about its vocabulary binds it, and
 * what two versions of a tokenizer may differ by is left out. Still it is one at a time, and none by itself once one was lost.
 */
export function nextOvercharge(view: OverchargeView): OverchargeMove {
  const { isDisputed, lane, request, nowSeconds, policy, isCertain, others, bond, locked, mostLocked, funds } = view;
  if (isDisputed) return rest("complained");
  if (lane.nonce < request.nonce) return rest("gone");
  if (nowSeconds > complainBy(request)) return rest("late");
  if (policy !== "auto" || !isCertain || others === "lost") return rest("asked");
  if (others === "open") return rest("waiting");
  return bond > funds || locked + bond > mostLocked ? rest("unaffordable") : { act: "complain" };
}

const rest = (state: OverchargeRest): OverchargeMove => ({ act: "none", state });

/** When a client disputes an answer that never came, and how that goes on. Pure: the shell reads, asks here, saves, and sends. */
import type { PaidLane } from "@lloom/protocol/channel-money";
import type { RequestCommitment } from "@lloom/protocol/commitment-types";
import type { DeliveryDispute } from "../../chain/disputes/delivery-disputes.ts";

/** `auto`: dispute what never came; `ask`: say how; `off`: do not look. */
export type DisputePolicy = "auto" | "ask" | "off";

export interface DisputeView {
  readonly dispute: Pick<DeliveryDispute, "state" | "revealBy" | "isRevealing">;
  /** As the chain has settled it. */
  readonly lane: PaidLane;
  readonly request: Pick<RequestCommitment, "nonce" | "ackedCost">;
  /** `here`: the settled answer came after all; `other`: another one to the same request did. */
  readonly answer: "missing" | "here" | "other";
  /** Chain seconds. */
  readonly nowSeconds: bigint;
  /** Chain seconds from which on, and until when, it can be disputed. */
  readonly openFrom: bigint;
  readonly openBy: bigint;
  readonly policy: DisputePolicy;
  /** Wei that opening asks for, that open disputes have locked, and that may be locked at most. */
  readonly bond: bigint;
  readonly locked: bigint;
  readonly mostLocked: bigint;
}

export type DisputeAct = "open" | "cancel" | "close";

/**
 * `gone`: the settlement's block is. `passed`: a later answer of the lane was settled, which acknowledged this one. `came`: the
 * answer did. `reported`: two signatures prove more. `missing`: there is time for it to come. `asked`: somebody has to say yes.
 * `unaffordable`: the bound on bonds is reached. `expired`: it is too late. `disputed`: the executor has time to answer.
 */
export type DisputeRest =
  | Exclude<DeliveryDispute["state"], "none" | "open">
  | "gone"
  | "passed"
  | "came"
  | "reported"
  | "missing"
  | "asked"
  | "unaffordable"
  | "expired"
  | "disputed";

export type DisputeMove = { readonly act: DisputeAct } | { readonly act: "none"; readonly state: DisputeRest };

/** States that nothing follows, unless a reorganisation does. */
const OVER: ReadonlySet<string> = new Set<DisputeRest>([
  "delivered",
  "rejected",
  "conceded",
  "cancelled",
  "defaulted",
  "passed",
  "came",
  "reported",
  "expired",
]);
export const isOver = (state: string): boolean => OVER.has(state);

/** What to do now. */
export function nextDispute(view: DisputeView): DisputeMove {
  const { state, revealBy, isRevealing } = view.dispute;
  if (state === "none") return beforeOpening(view);
  if (state !== "open") return rest(state);
  if (view.nowSeconds > revealBy) return { act: "close" };
  return view.answer === "here" && !isRevealing ? { act: "cancel" } : rest("disputed");
}

function beforeOpening(view: DisputeView): DisputeMove {
  const { lane, request, answer, nowSeconds, policy, bond, locked, mostLocked } = view;
  if (answer === "here") return rest("came");
  if (answer === "other") return rest("reported");
  if (lane.nonce > request.nonce) return rest("passed");
  if (lane.nonce < request.nonce || lane.cost <= request.ackedCost) return rest("gone");
  if (nowSeconds > view.openBy) return rest("expired");
  if (nowSeconds < view.openFrom) return rest("missing");
  if (policy !== "auto") return rest("asked");
  return bond + locked > mostLocked ? rest("unaffordable") : { act: "open" };
}

const rest = (state: DisputeRest): DisputeMove => ({ act: "none", state });

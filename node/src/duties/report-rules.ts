/** How two signatures over one thing are reported. Pure: the shell reads, asks here, saves, and sends. */
import type { EquivocationReport } from "../chain/disputes/equivocation.ts";

export interface ReportView extends EquivocationReport {
  /** Chain seconds. */
  readonly nowSeconds: bigint;
  /** Until when the proof is taken. */
  readonly proveBy: bigint;
}

/** `proven`: by this client. `taken`: by somebody else, first. `expired`: too late. */
export type ReportMove =
  | { readonly act: "commit" | "prove" }
  | { readonly act: "none"; readonly state: "proven" | "taken" | "expired" };

/** States that nothing follows, unless a reorganisation does. */
export const isReported = (state: string): boolean => state === "proven" || state === "taken" || state === "expired";

/** What to do now: commit first, since whoever sees a proof on its way can copy it and be first. */
export function nextReport({ committedAt, provenBy, waiting, nowSeconds, proveBy }: ReportView): ReportMove {
  if (provenBy === "nobody") {
    if (nowSeconds > proveBy) return { act: "none", state: "expired" };
    // The block of a proof that is sent now is a later one.
    return { act: committedAt === 0n ? "commit" : "prove" };
  }
  if (provenBy === "self") return { act: "none", state: "proven" };
  // The share of who copied the proof goes to who had committed to it before.
  const mayTake = waiting !== undefined && committedAt !== 0n && committedAt < waiting.provenAt;
  if (mayTake && nowSeconds < waiting.payableAt) return { act: "prove" };
  return { act: "none", state: waiting?.isOwn === true ? "proven" : "taken" };
}

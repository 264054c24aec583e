/** What anybody can do for a measured dispute when its time has come. Pure: the shell reads, asks here, and sends. */
import type { Panel } from "../chain/disputes/jury.ts";
import type { MeasuredDispute } from "../chain/disputes/measured-disputes.ts";

export interface DueView {
  readonly dispute: Pick<MeasuredDispute, "state" | "until">;
  readonly panel: Pick<Panel, "phase" | "drawBlock">;
  /** By the chain's clock. */
  readonly nowSeconds: bigint;
  /** Newest block. */
  readonly head: bigint;
}

/** `draw`: the block that gives the seed is there. `poke`: time, or the jury, has decided. */
export type DueMove = "draw" | "poke";

/** What is due, if anything is. */
export function dueMove({ dispute: { state, until }, panel, nowSeconds, head }: DueView): DueMove | undefined {
  if (state === "answer" || state === "appealable" || state === "arbitration")
    return nowSeconds > until ? "poke" : undefined;
  const { phase, drawBlock } = panel;
  // The block of what is sent now is a later one.
  if (state === "draw" && phase === "drawing") return head >= drawBlock ? "draw" : undefined;
  if (state === "draw") return "poke";
  return state === "voting" && (phase === "ended" || phase === "failed") ? "poke" : undefined;
}

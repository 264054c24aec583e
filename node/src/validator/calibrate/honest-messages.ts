import type { Profile } from "@lloom/protocol/profile";
import type { TraceToken } from "@lloom/protocol/trace";
import type { Canary } from "../canary/draw-canary.ts";

/** What it answers. */
export interface HonestAnswer {
  readonly text: string;
  readonly trace: readonly TraceToken[];
  /** As it counts them. */
  readonly inboundTokens: number;
  readonly outboundTokens: number;
}

export interface HonestRequest {
  readonly id: number;
  readonly canary: Canary;
}

/** First it says what it runs; then it answers one canary after the other. */
export type HonestReply =
  | { readonly ready: Profile }
  | { readonly id: number; readonly answer: HonestAnswer }
  | { readonly id?: number; readonly problem: string };

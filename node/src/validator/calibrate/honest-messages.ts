import type { Hex } from "@lloom/protocol/commitment-types";
import type { Profile } from "@lloom/protocol/profile";
import type { TraceToken } from "@lloom/protocol/trace";
import type { LlamaOptions } from "../../backend/llama-runtime.ts";
import type { Canary } from "../canary/draw-canary.ts";

/** What such a process is given in its one argument. */
export type HonestOptions = LlamaOptions;

/** What it answers. */
export interface HonestAnswer {
  readonly text: string;
  readonly trace: readonly TraceToken[];
  readonly outboundTokens: number;
}

export interface HonestRequest {
  readonly id: number;
  readonly canary: Canary;
}

/** First it says what it runs; then it answers one canary after the other. */
export type HonestReply =
  | { readonly ready: { readonly weightsHash: Hex; readonly profile: Profile } }
  | { readonly id: number; readonly answer: HonestAnswer }
  | { readonly id?: number; readonly problem: string };

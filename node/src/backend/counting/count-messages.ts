import type { ChatMessage, Sampling } from "@lloom/protocol/messages";
import type { TokenCounts } from "@lloom/protocol/token-counts";

/** What is to be counted, and by which vocabulary. */
export interface CountQuestion {
  /** Path of the vocabulary's file. */
  readonly vocabulary: string;
  /** Empty: no prompt is counted. */
  readonly messages: readonly ChatMessage[];
  /** Unix seconds: the day that templates are told. */
  readonly asOfSeconds: number;
  readonly text: string;
  /** Tells whether the text is vectors of the messages. */
  readonly sampling?: Pick<Sampling, "embedding"> | undefined;
}

/** The counts, and by which version of llama.cpp. */
export interface Counted extends TokenCounts {
  readonly version: string;
}

/** What the counting process is sent, one at a time. */
export interface CountRequest extends CountQuestion {
  readonly id: number;
}

/** What it sends back. */
export type CountReply = { readonly id: number } & ({ readonly counted: Counted } | { readonly problem: string });

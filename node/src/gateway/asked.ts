import type { ChatMessage, Sampling } from "@lloom/protocol/messages";
import type { Verification } from "../client/check/verification.ts";
import type { Preference } from "../client/question.ts";

/** Answers that one call may ask for. */
export const MOST_CHOICES = 16;

/** Most that 1 000 000 tokens may cost, in tokens of payment, decimal. */
export interface AskedPrice {
  readonly prompt?: string | undefined;
  readonly completion?: string | undefined;
}

/** Another model that may answer. */
export interface FallbackModel {
  readonly model: string;
  readonly preference?: Preference | undefined;
}

/** What a caller asks for, in the network's terms, whichever API it speaks. */
export interface Asked {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly sampling: Sampling;
  /** Answers to the same question, or requests that its texts to embed are divided into. */
  readonly choices: number;
  /** Of each; undefined: the gateway's default. */
  readonly maxOutboundTokens: number | undefined;
  /** The log probabilities of its tokens are asked for, and of so many of the likeliest at each place. */
  readonly logprobs?: number | undefined;
  /** The answer is told as it comes. */
  readonly stream: boolean;
  /** How far the answer is checked, if the request says so. */
  readonly verification?: Verification | undefined;
  readonly preference?: Preference | undefined;
  readonly maxPrice?: AskedPrice | undefined;
  /** Most that the call may cost in all, whatever is tried; in tokens of payment, decimal. */
  readonly maxCost?: string | undefined;
  /** Asked for in this order when nobody answers for the one before. */
  readonly fallbacks?: readonly FallbackModel[] | undefined;
  /** Of whoever answers; the stake in tokens of payment. */
  readonly demands: { readonly minReputation?: number | undefined; readonly minStake?: string | undefined };
}

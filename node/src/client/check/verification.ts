import { randomInt } from "node:crypto";
import type { Sampling } from "@lloom/protocol/messages";

/**
 * How far an answer is checked before its caller gets it. Signatures, sums and what any tokenizer could count are always checked:
 * the client's own money depends on them.
 */
export type Verification =
  /** Nothing more. */
  | { readonly type: "none" }
  /** Its tokens are counted again, where the model's vocabulary can be had. */
  | { readonly type: "receipt" }
  /** Its log probabilities are held against weights of the client's own. */
  | { readonly type: "audit" }
  /** So many executors are asked the same; what most of them say is the answer. */
  | { readonly type: "redundant"; readonly executors: number };

/** What is checked unless somebody says otherwise. */
export const USUAL_VERIFICATION: Verification = { type: "receipt" };

const MOST_EXECUTORS = 5;
/** How a verification is written, for messages. */
export const VERIFICATION_FORM = `none, receipt, audit, or redundant:2 to redundant:${MOST_EXECUTORS}`;

/** Reads `none`, `receipt`, `audit` and `redundant:3`; undefined for anything else. */
export function parseVerification(text: string): Verification | undefined {
  if (text === "none" || text === "receipt" || text === "audit") return { type: text };
  const executors = Number(/^redundant:(\d)$/.exec(text)?.[1]);
  return executors >= 2 && executors <= MOST_EXECUTORS ? { type: "redundant", executors } : undefined;
}

/** An audit proves more than what several say who may all have the same wrong weights; several prove more than one's counts. */
const WEIGHTS = { none: 0, receipt: 1, audit: MOST_EXECUTORS + 1 } as const;
const weight = (one: Verification): number => (one.type === "redundant" ? one.executors : WEIGHTS[one.type]);

/** The one that checks more. */
export const stricterVerification = (a: Verification, b: Verification): Verification =>
  weight(a) >= weight(b) ? a : b;

/** The same chance for everybody: without one, two honest executors would draw different answers. */
export const withSeed = (sampling: Sampling): Sampling =>
  sampling.temperatureMilli === 0 || sampling.seed !== undefined ? sampling : { ...sampling, seed: randomInt(2 ** 32) };

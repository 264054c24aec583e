/**
 * What besides the weights changes a model's logits, and what an executor promises of its answers. An offer signs the hash
 * (`profileHash`), a request binds it (`paramsHash`), so that whoever judges an answer later knows what was promised. The
 * text itself travels beside the offer. Whoever reads it keeps the text, since only that has the hash; fields that it does
 * not know may be there.
 */

import { z } from "zod";
import { canonicalJson } from "./canonical.ts";
import { type Hex, ZERO_HASH } from "./commitment-types.ts";
import { bytesToHex } from "./hex.ts";
import { isHash } from "./identifiers.ts";
import { keccak256 } from "./keccak.ts";

const word = z.string().min(1).max(200);
const hash = z.string().refine(isHash);

/** What a profile's text holds. */
export const profileSchema = z.object({
  /**
   * What computes: `llama.cpp`, `openai` for a server of which nothing more is known. What a name promises of traces (`namesTokensById`)
   * may not change either.
   */
  backend: word,
  version: word.optional(),
  /** `cpu`, or the kind of graphics card. */
  device: word.optional(),
  /** Instruction sets of the processor that the backend uses: they order sums differently. */
  instructions: word.optional(),
  /** How the weights are stored, and so how precisely products are computed: `F16`, `Q4_K_M`. */
  precision: word.optional(),
  /** How keys and values of the context are stored. */
  keyCache: word.optional(),
  valueCache: word.optional(),
  flashAttention: word.optional(),
  /** Tokens of a prompt that are computed together. */
  batchSize: z.int().min(1).optional(),
  /** Tokens, prompt and answer together. */
  maxContext: z.int().min(1),
  /** SHA-256 of the chat template's text. */
  template: hash.optional(),
  /**
   * SHA-256 of the vocabulary: the model's file without its tensors. How it is made of the file may not change: jurors convict whoever
   * names another than theirs.
   */
  vocabulary: hash.optional(),
  /** Whether the same request gives the same logits whatever runs beside it; absent if unknown. */
  batchInvariant: z.boolean().optional(),
  /**
   * `trace`: every answer has a `traceRoot` over the log probabilities of its tokens. `text`: an answer may be judged by its
   * text alone.
   */
  evidence: z.enum(["trace", "text"]),
  /** Log probabilities are shares among so many likeliest tokens; absent: among all. */
  logprobsAmong: z.int().min(1).optional(),
  /** What the backend can do beside plain answers (`features.ts`); absent: nothing. No part of what changes logits. */
  features: z.array(word).max(64).optional(),
  /** Whether conversations are answered; absent: they are. A model that only embeds answers none. */
  conversations: z.boolean().optional(),
});

/** Settings that change answers; what is absent is not known. */
export type Profile = z.infer<typeof profileSchema>;

/** The one text of a profile. */
export const profileText = (profile: Profile): string => canonicalJson({ ...profile });

/** `profileHash` of an offer: keccak256 of the text; zero without a profile. */
export const hashProfile = (text: string | undefined): Hex =>
  text === undefined ? ZERO_HASH : bytesToHex(keccak256(new TextEncoder().encode(text)));

/** What a profile's text says; `undefined` if it is none, or not in its one form: others could read another thing in it. */
export function parseProfile(text: string): Profile | undefined {
  try {
    const value = JSON.parse(text);
    return canonicalJson(value) === text ? profileSchema.safeParse(value).data : undefined;
  } catch {
    return undefined;
  }
}

/** What an executor promises of its answers, and by what they can be counted. */
export type Promised = Pick<
  Profile,
  "evidence" | "vocabulary" | "version" | "features" | "precision" | "conversations"
>;

/**
 * Whether a profile promises traces whose leaves name tokens by id: llama.cpp in process always knows them. Jurors convict who names
 * them by bytes all the same, since nothing can be held against such a trace.
 */
export const namesTokensById = ({ backend, evidence }: Pick<Profile, "backend" | "evidence">): boolean =>
  backend === "llama.cpp" && evidence === "trace";

/** By the profile beside an offer. Without one, nothing but text. */
export const promisedBy = ({ profile }: { readonly profile?: string | undefined }): Promised =>
  (profile === undefined ? undefined : parseProfile(profile)) ?? { evidence: "text" };

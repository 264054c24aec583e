/**
 * The frames of /lloom/evidence/1: who asks sends one `ask`, who answers parts and an end. Every stream carries one question.
 *
 * Nothing in a part has to be believed: each opens a hash that executor and client signed (`evidence-check.ts`).
 */
import { z } from "zod";
import {
  errorFrameSchema,
  requestCommitmentSchema,
  responseCommitmentSchema,
  saltSchema,
  signatureSchema,
  WIRE_LIMITS,
} from "./messages.ts";
import { openedPromptSchema } from "./opened-prompt.ts";

/** Limits on everything that either side may send. */
export const EVIDENCE_LIMITS = {
  askBytes: 16 * 1024,
  /** As large as a request's: a part holds a whole prompt. */
  frameBytes: WIRE_LIMITS.frameBytes,
  /** Of texts and traces, in one frame. */
  partBytes: 64 * 1024,
  /** Ranges of leaves in one question, and leaves in all of them. */
  ranges: 256,
  leaves: 4096,
  /** A text. Four times what can be revealed on chain. */
  textBytes: 4 * 1024 * 1024,
  /** A trace, packed. */
  traceBytes: 32 * 1024 * 1024,
  /** Up to that a trace is sent whole, also when ranges are asked for: proofs would be longer than what they prove. */
  wholeTraceBytes: 256 * 1024,
  /** Levels of a tree over as many leaves as can be counted. */
  proofHashes: 32,
} as const;

/** What can be asked for; the receipt comes with all of them. */
export const EVIDENCE_ITEMS = ["prompt", "text", "trace", "acknowledgement"] as const;
export type EvidenceItem = (typeof EVIDENCE_ITEMS)[number];

const hash = saltSchema;
const leafIndex = z.number().int().min(0).max(0x7fff_ffff);
const bytes = (most: number) =>
  z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.length <= most, {
    message: `must be at most ${most} bytes`,
  });

/** Leaves next to each other. */
const leafRangeSchema = z.object({ from: leafIndex, count: z.number().int().min(1).max(EVIDENCE_LIMITS.leaves) });
export type LeafRange = z.infer<typeof leafRangeSchema>;

export const evidenceAskSchema = z.object({
  type: z.literal("ask"),
  requestHash: hash,
  items: z.array(z.enum(EVIDENCE_ITEMS)).max(EVIDENCE_ITEMS.length),
  /** Of the trace; absent: all of it. The last leaf comes with them, since it shows how many there are. */
  ranges: z
    .array(leafRangeSchema)
    .min(1)
    .max(EVIDENCE_LIMITS.ranges)
    .refine((ranges) => ranges.reduce((sum, { count }) => sum + count, 0) <= EVIDENCE_LIMITS.leaves, {
      message: `must be ${EVIDENCE_LIMITS.leaves} leaves at most`,
    })
    .optional(),
  /** The client's `DisputeConsent` to whoever asks. */
  consent: signatureSchema.optional(),
});
/** The one frame of who asks. */
export type EvidenceAsk = z.infer<typeof evidenceAskSchema>;

const receiptPartSchema = z.object({
  type: z.literal("receipt"),
  request: requestCommitmentSchema,
  response: responseCommitmentSchema,
  clientSignature: signatureSchema,
  executorSignature: signatureSchema,
});
const promptPartSchema = openedPromptSchema.extend({ type: z.literal("prompt") });
const textPartSchema = z.object({
  type: z.literal("text"),
  contentSalt: hash,
  /** Of the whole, in UTF-8. */
  totalBytes: z.number().int().min(1).max(EVIDENCE_LIMITS.textBytes),
  /** Where this part begins: the parts come in order, without gaps. */
  offset: z.number().int().min(0).max(EVIDENCE_LIMITS.textBytes),
  bytes: bytes(EVIDENCE_LIMITS.partBytes).refine(({ length }) => length > 0, { message: "must not be empty" }),
});
const tracePartSchema = z.object({
  type: z.literal("trace"),
  /** Leaves of the whole. */
  total: leafIndex.min(1),
  /** Index of the first leaf here: the parts come in order, without gaps. */
  from: leafIndex,
  /** Whole leaves, each behind its length: see `packTrace`. */
  packed: bytes(EVIDENCE_LIMITS.partBytes).refine(({ length }) => length > 0, { message: "must not be empty" }),
});
const leafPartSchema = z.object({
  type: z.literal("leaf"),
  total: leafIndex.min(1),
  index: leafIndex,
  leaf: bytes(EVIDENCE_LIMITS.partBytes),
  /** From the leaf up: see `merkleProof`. */
  proof: z.array(hash).max(EVIDENCE_LIMITS.proofHashes),
});
const acknowledgementPartSchema = z.object({
  type: z.literal("acknowledgement"),
  /** The client's: over `ResponseAck`, or over the request. */
  signature: signatureSchema,
  /** A later request of the lane, which acknowledges the answer. */
  request: requestCommitmentSchema.optional(),
});
const missingPartSchema = z.object({
  type: z.literal("missing"),
  item: z.enum(EVIDENCE_ITEMS),
  /** `deleted`: it was here. `none`: there is none here. `large`: it is above the limits. */
  why: z.enum(["deleted", "none", "large"]),
});

export const evidencePartSchema = z.discriminatedUnion("type", [
  receiptPartSchema,
  promptPartSchema,
  textPartSchema,
  tracePartSchema,
  leafPartSchema,
  acknowledgementPartSchema,
  missingPartSchema,
  z.object({ type: z.literal("end") }),
  /** Nothing more comes; the last frame, as `end` is. */
  errorFrameSchema.omit({ id: true }),
]);
/** A frame of who answers. */
export type EvidencePart = z.infer<typeof evidencePartSchema>;
type PartOf<Type> = Extract<EvidencePart, { readonly type: Type }>;
export type TextPart = PartOf<"text">;
export type TracePart = PartOf<"trace">;
export type LeafPart = PartOf<"leaf">;
export type AcknowledgementPart = PartOf<"acknowledgement">;
/** Why something is not there. */
export type WhyMissing = PartOf<"missing">["why"];

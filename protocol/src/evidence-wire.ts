/** Frames of /lloom/evidence/1 to bytes and back; see `wire.ts`. */
import { createCodec } from "./codec.ts";
import { EVIDENCE_LIMITS, evidenceAskSchema, evidencePartSchema } from "./evidence-messages.ts";
import { evidenceAskShape, evidencePartShape } from "./wire-shapes.ts";

/** What is asked for, without the length that frames it. */
export const { encode: encodeEvidenceAsk, decode: decodeEvidenceAsk } = createCodec({
  schema: evidenceAskSchema,
  shape: evidenceAskShape,
  maxBytes: EVIDENCE_LIMITS.askBytes,
});

/** A part of the answer, without the length that frames it. */
export const { encode: encodeEvidencePart, decode: decodeEvidencePart } = createCodec({
  schema: evidencePartSchema,
  shape: evidencePartShape,
  maxBytes: EVIDENCE_LIMITS.frameBytes,
});

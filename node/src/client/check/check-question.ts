import { readForm } from "@lloom/protocol/form/answer-form";
import { chatMessageSchema, samplingSchema, unknownParameter, WIRE_LIMITS } from "@lloom/protocol/messages";
import { z } from "@lloom/protocol/zod";
import { LloomError } from "../../errors.ts";
import type { Question } from "../question.ts";

/** What a request frame holds besides the messages' text. */
const FRAME_OVERHEAD_BYTES = 64 * 1024;
const MESSAGE_OVERHEAD_BYTES = 64;

const questionSchema = z.object({
  model: z
    .string()
    .min(1)
    .refine((name) => Buffer.byteLength(name) <= WIRE_LIMITS.modelNameBytes, {
      message: `must be at most ${WIRE_LIMITS.modelNameBytes} bytes`,
    }),
  weights: z
    .string()
    .regex(/^[0-9a-f]{8,64}$/, "must be 8 to 64 lower-case hexadecimal digits")
    .optional(),
  messages: z.array(chatMessageSchema).min(1).max(WIRE_LIMITS.messages),
  sampling: samplingSchema,
  maxOutboundTokens: z.number().int().min(1).max(0xffff_ffff),
  maxPrice: z.object({ inbound: z.bigint().min(0n).optional(), outbound: z.bigint().min(0n).optional() }).optional(),
});

/** Throws REQUEST_INVALID with the field, or FRAME_TOO_LARGE, before anything is signed. */
export function checkQuestion(question: Question): void {
  const parsed = questionSchema.safeParse(question);
  const [issue] = parsed.error?.issues ?? [];
  if (issue !== undefined) throw new LloomError("REQUEST_INVALID", `${issue.path.join(".")}: ${issue.message}.`);
  const unknown = unknownParameter(question.sampling);
  if (unknown !== undefined) throw new LloomError("UNSUPPORTED", `The parameter ${unknown} is not known.`);
  readForm(question.sampling, question.messages);
  const bytes = question.messages.reduce(
    (sum, { content }) => sum + Buffer.byteLength(content) + MESSAGE_OVERHEAD_BYTES,
    FRAME_OVERHEAD_BYTES,
  );
  if (bytes > WIRE_LIMITS.frameBytes)
    throw new LloomError("FRAME_TOO_LARGE", `The messages take ${bytes} bytes; ${WIRE_LIMITS.frameBytes} fit.`);
}

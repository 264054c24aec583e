import { requestCommitmentSchema, responseCommitmentSchema } from "@lloom/protocol/messages";
import { z } from "@lloom/protocol/zod";

const address = z.string().regex(/^0x[0-9a-f]{40}$/);
const hash = z.string().regex(/^0x[0-9a-f]{64}$/);
const units = z.string().regex(/^\d+$/).meta({ description: "Base units of the token of payment, decimal" });
const amount = z.string().meta({ description: "The same in whole tokens, decimal" });
const token = z.string().meta({ description: "Symbol of the token of payment" });
const signature = z.object({ r: hash, vs: hash });

/** Every field of a signed message, as text: integers are decimal. */
const plain = ({ shape }: z.ZodObject): z.ZodObject =>
  z.object(Object.fromEntries(Object.keys(shape).map((field) => [field, z.string()])));
const salted = z.object({ salt: hash }).optional();

/** A receipt with the salts of its texts, as `lloom receipt verify` reads it. */
export const receiptSchema = z
  .object({
    version: z.literal(2),
    domain: z.object({ chainId: z.string(), accounting: address }),
    request: plain(requestCommitmentSchema),
    response: plain(responseCommitmentSchema),
    ...{ clientSignature: signature, executorSignature: signature },
    content: z.object({ prompt: salted, answer: salted }),
  })
  .meta({ id: "Receipt", description: "What client and executor signed, and the salts of prompt and answer" });

/** The field `lloom` of one answer (`answer-facts.ts`). */
export const factsSchema = z
  .object({
    executor: address,
    attempts: z.int().meta({ description: "Executors tried, the one that answered included" }),
    weights: z.string().nullable().meta({ description: "sha256:…, as the executor signed; null where it names none" }),

    ...{ cost: units, amount, token },
    finishReason: z.enum(["stop", "length", "cancelled"]),
    ...{ requestHash: hash, responseHash: hash, receipt: receiptSchema },
    copies: z
      .array(z.object({ executor: address, agrees: z.boolean(), cost: units, receipt: receiptSchema }))
      .optional()
      .meta({ description: "Of a question that several were asked: what each answered" }),
  })
  .meta({ id: "Facts", description: "Who gave the answer, what it cost, and the proof" });

/** The same of a call with one or several answers. */
export const callFactsSchema = z.union([
  factsSchema,
  z.object({ cost: units, amount, token, choices: z.array(factsSchema) }).meta({ id: "SeveralFacts" }),
]);

/** Tokens of all answers of a call, in OpenAI's names. */
export const usageSchema = z
  .object({ prompt_tokens: z.int(), completion_tokens: z.int(), total_tokens: z.int() })
  .meta({ id: "Usage" });

const odds = { token: z.string(), logprob: z.number(), bytes: z.array(z.int().min(0).max(255)) };

/** A token of an answer, with the likeliest at its place. */
export const tokenOddsSchema = z
  .object({ ...odds, top_logprobs: z.array(z.object(odds)) })
  .meta({ id: "TokenOdds", description: "How likely a token was, in nats" });

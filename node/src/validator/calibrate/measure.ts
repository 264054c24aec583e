import { encodeTraceLeaf, traceRoot } from "@lloom/protocol/trace";
import type { Calibration } from "@lloom/protocol/verification/calibration";
import { type AnswerFigures, figuresOf } from "@lloom/protocol/verification/judge-answer";
import { readTrace } from "@lloom/protocol/verification/read-trace";
import type { Reference } from "../../backend/llama-reference.ts";
import { LloomError } from "../../errors.ts";
import type { Canary } from "../canary/draw-canary.ts";
import type { HonestAnswer } from "./honest-messages.ts";

/** Nothing is signed here: any digest draws places, another one for each canary. */
const digestOf = (index: number): `0x${string}` => `0x${index.toString(16).padStart(64, "0")}`;

export interface CalibrationSample {
  readonly canary: Canary;
  readonly answer: HonestAnswer;
  /** Number of the canary. */
  readonly index: number;
}

/** What an audit of this answer would measure, by the way that audits go. Throws INTERNAL for an answer that is none. */
export async function measure(
  reference: Reference,
  { canary, answer, index }: CalibrationSample,
  distanceBound: Calibration["distanceBound"] = 0,
): Promise<AnswerFigures> {
  const prompt = { messages: canary.messages, asOfSeconds: 0 };
  const { sampling } = canary;
  const { stop } = sampling;
  const leaves = answer.trace.map(encodeTraceLeaf);
  const read = readTrace({
    ...{ leaves, traceRoot: traceRoot(leaves), maxOutboundTokens: BigInt(canary.maxOutboundTokens) },
    ...{ text: answer.text, stop, promisesIds: true },
    textOf: (tokens) => reference.textOf(prompt, tokens),
  });
  if (read === undefined || "problem" in read)
    throw new LloomError("INTERNAL", `An honest answer is taken for a wrong one: ${read?.problem ?? "it has no ids"}`);
  const tokens = read.leaves.map(({ token }) => token);
  const places = await reference.score(prompt, tokens);
  if (places === undefined) throw new LloomError("INTERNAL", "The reference's context does not hold an honest answer.");
  return figuresOf(
    {
      ...{ responseHash: digestOf(index), secret: digestOf(0), text: answer.text, leaves: read.leaves },
      ...{ ...sampling, places },
    },
    distanceBound,
  );
}

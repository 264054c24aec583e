import type { Hex } from "@lloom/protocol/commitment-types";
import { type Profile, parseProfile } from "@lloom/protocol/profile";
import { type Calibration, isCalibrated } from "@lloom/protocol/verification/calibration";
import { judgeAnswer } from "@lloom/protocol/verification/judge-answer";
import { readOpened } from "@lloom/protocol/verification/read-trace";
import { sumEvidence } from "@lloom/protocol/verification/sequential-test";
import type { Reference } from "../../backend/llama-reference.ts";
import type { Finding, ShownAnswer, ShownCase } from "./judge.ts";

export interface JudgeModelParts {
  /** The weights with this hash, to score with. Throws MODEL_NOT_FOUND. */
  readonly referenceOf: (weightsHash: Hex, signal: AbortSignal) => Promise<Reference>;
  readonly calibrationOf: (weightsHash: Hex) => Calibration | undefined;
  readonly profileOf: (profileHash: Hex) => Profile | undefined;
}

/** What one answer shows; text for one that cannot be true at all, `undefined` for one that cannot be measured here. */
type Measured = { readonly factor: number; readonly found: boolean } | string | undefined;

/**
 * Holds every answer of a complaint about a model against the weights that were signed: whether its trace can be that of its text, then
 * by the bounds and the test by which validators accuse. One that cannot be true at all decides; for the rest, as many have to speak
 * against the executor as a dispute needs. Throws MODEL_NOT_FOUND, and what scoring throws.
 */
export async function judgeModel(
  parts: JudgeModelParts,
  { id, answers }: ShownCase,
  signal: AbortSignal,
): Promise<Finding> {
  const measured: { factor: number; found: boolean }[] = [];
  for (const answer of answers) {
    const found = await measure(parts, { id, answer, signal });
    if (typeof found === "string") return { choice: "Mismatch", why: found };
    if (found !== undefined) measured.push(found);
  }
  const { nats, against, mayDispute } = sumEvidence(measured);
  const why = `${measured.length} of ${answers.length} answers were measured; ${against} speak against the executor, ${nats.toFixed(1)} nats.`;
  if (mayDispute) return { choice: "Mismatch", why };
  const isClean = measured.length === answers.length && measured.every(({ found }) => !found);
  return { choice: isClean ? "Match" : "Insufficient", why };
}

interface Measuring {
  readonly id: Hex;
  readonly answer: ShownAnswer;
  readonly signal: AbortSignal;
}

async function measure(
  { referenceOf, calibrationOf, profileOf }: JudgeModelParts,
  { id, answer: { evidence }, signal }: Measuring,
): Promise<Measured> {
  const { prompt, text, trace, receipt, responseHash } = evidence;
  if (prompt === undefined || text === undefined || trace === undefined) return undefined;
  const { weightsHash, profileHash, sampling, messages } = prompt;
  const shown = prompt.profile === undefined ? undefined : parseProfile(prompt.profile);
  const [calibration, profile] = [calibrationOf(weightsHash), shown ?? profileOf(profileHash)];
  if (calibration === undefined || profile === undefined || !isCalibrated(calibration, profile)) return undefined;
  const reference = await referenceOf(weightsHash, signal);
  const asked = { messages, asOfSeconds: Number(receipt.request.deadline) };
  const told = Buffer.from(text.bytes).toString();
  const read = readOpened({
    ...{ leaves: trace.leaves, outboundTokens: receipt.response.outboundTokens, text: told, stop: sampling.stop },
    textOf: (tokens) => reference.textOf(asked, tokens),
  });
  if (read === undefined) return undefined;
  if ("problem" in read) return read.problem;
  const places = await reference.score(
    asked,
    read.leaves.map(({ token }) => token),
  );
  if (places === undefined) return undefined;
  const { temperatureMilli, responseFormat } = sampling;
  // The dispute's id draws the places: nobody knew it when the answer was signed, and all jurors draw the same.
  const judged = {
    ...{ responseHash, secret: id, temperatureMilli, responseFormat },
    ...{ text: told, leaves: read.leaves, places },
  };
  const { factor, found } = judgeAnswer(judged, calibration);
  return factor === undefined ? undefined : { factor, found };
}

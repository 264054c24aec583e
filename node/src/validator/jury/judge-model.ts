import type { Hex } from "@lloom/protocol/commitment-types";
import { isEmbedding } from "@lloom/protocol/form/embedding";
import { namesTokensById, type Profile, parseProfile } from "@lloom/protocol/profile";
import { type Calibration, isCalibrated, MOST_FALSE, measuredRate } from "@lloom/protocol/verification/calibration";
import { answerKey, convicts, isFar, type Proof, type ShownProof } from "@lloom/protocol/verification/conviction";
import { readOpened } from "@lloom/protocol/verification/read-trace";
import { wholeDistance } from "@lloom/protocol/verification/trace-distance";
import type { Reference } from "../../backend/llama-reference.ts";
import type { JurorFinding, ShownAnswer, ShownCase } from "./judge.ts";

export interface JudgeModelParts {
  /** The weights with this hash, to score with. Throws MODEL_NOT_FOUND. */
  readonly referenceOf: (weightsHash: Hex, signal: AbortSignal) => Promise<Pick<Reference, "textOf" | "score">>;
  readonly calibrationOf: (weightsHash: Hex) => Calibration | undefined;
  readonly profileOf: (profileHash: Hex) => Profile | undefined;
}

/** What one answer shows. */
interface MeasuredAnswer extends ShownProof {
  /** Within what honest nodes differ by. */
  readonly isClose: boolean;
  /** Why it cannot be true at all. */
  readonly problem?: string;
}

/**
 * Holds every answer of a complaint about a model against the weights that were signed, by what whoever chose the answers cannot have
 * chosen (`conviction.ts`): traces that cannot be those of their texts, and distances over all places. How likely a text is, and what
 * the weights would rather have written, decides nothing here: among thousands of honest answers some are unlikely. Throws
 * MODEL_NOT_FOUND, and what scoring throws.
 */
export async function judgeModel(
  parts: JudgeModelParts,
  { answers }: ShownCase,
  signal: AbortSignal,
): Promise<JurorFinding> {
  const measured: MeasuredAnswer[] = [];
  for (const answer of answers) {
    const found = await measure(parts, answer, signal);
    if (found?.problem !== undefined) return { choice: "Mismatch", why: found.problem };
    if (found !== undefined) measured.push(found);
  }
  const far = new Set(measured.filter(({ proof }) => proof === "distance").map(({ key }) => key)).size;
  const why = `${measured.length} of ${answers.length} answers were measured; ${far} different ones are far from the signed weights.`;
  if (convicts(measured)) return { choice: "Mismatch", why };
  const isClean = measured.length === answers.length && measured.every(({ isClose }) => isClose);
  return { choice: isClean ? "Match" : "Insufficient", why };
}

/** `undefined` for an answer that cannot be measured here. */
async function measure(
  { referenceOf, calibrationOf, profileOf }: JudgeModelParts,
  { evidence }: ShownAnswer,
  signal: AbortSignal,
): Promise<MeasuredAnswer | undefined> {
  const { prompt, text, trace, receipt } = evidence;
  if (prompt === undefined || text === undefined || trace === undefined) return undefined;
  const { weightsHash, profileHash, sampling, messages } = prompt;
  // Vectors have no trace: nothing that is signed of them tells the weights.
  if (isEmbedding(sampling)) return undefined;
  const shown = prompt.profile === undefined ? undefined : parseProfile(prompt.profile);
  const [calibration, profile] = [calibrationOf(weightsHash), shown ?? profileOf(profileHash)];
  if (calibration === undefined || profile === undefined || !isCalibrated(calibration, profile)) return undefined;
  const reference = await referenceOf(weightsHash, signal);
  const asked = { messages, asOfSeconds: Number(receipt.request.deadline) };
  const told = Buffer.from(text.bytes).toString();
  const key = answerKey(messages, told);
  const read = readOpened({
    ...{ leaves: trace.leaves, maxOutboundTokens: receipt.request.maxOutboundTokens, text: told, stop: sampling.stop },
    promisesIds: namesTokensById(profile),
    textOf: (tokens) => reference.textOf(asked, tokens),
  });
  if (read === undefined) return undefined;
  if ("problem" in read) return { key, proof: "structure", isClose: false, problem: read.problem };
  const places = await reference.score(
    asked,
    read.leaves.map(({ token }) => token),
  );
  if (places === undefined || measuredRate(calibration) > MOST_FALSE) return undefined;
  const figures = wholeDistance(read.leaves, places);
  const proof: Proof = isFar(figures, calibration) ? "distance" : undefined;
  return { key, proof, isClose: figures.whole <= calibration.distanceBound };
}

import { type Hex, ZERO_HASH } from "@lloom/protocol/commitment-types";
import { hexToBytes } from "@lloom/protocol/hex";
import type { ChatMessage } from "@lloom/protocol/messages";
import { namesTokensById, parseProfile } from "@lloom/protocol/profile";
import { type Calibration, isCalibrated } from "@lloom/protocol/verification/calibration";
import { COMPLAINING_TIMES, isFar } from "@lloom/protocol/verification/conviction";
import { judgeAnswer } from "@lloom/protocol/verification/judge-answer";
import { readTrace } from "@lloom/protocol/verification/read-trace";
import type { Reference } from "../../backend/llama-reference.ts";
import type { AuditQuestion, CanaryAnswer, CanaryFinding, EndedCanary, KeptAudit } from "./canary-answer.ts";
import { judgeCharge, type OwnCounting } from "./judge-charge.ts";

/** Weights that this validator has, with how far honest nodes differ. */
export interface KnownWeights {
  readonly reference: Reference;
  readonly calibration: Calibration;
}

export interface Judging {
  readonly weights: KnownWeights | undefined;
  /** By the same weights, also where they are not calibrated. */
  readonly counting?: OwnCounting | undefined;
  /** The epoch's preimage: executors learn it with the report. */
  readonly secret: Hex;
}

/** What of an answer, and of the question, is judged. */
export type CanaryToJudge = Pick<KeptAudit, "answer" | "responseHash"> & {
  readonly question: Pick<AuditQuestion, "border"> & {
    readonly canary: Pick<AuditQuestion["canary"], "messages" | "sampling">;
  };
};

/** What an ended canary shows, check by check in the order of what they cost. */
export async function judge(canary: CanaryToJudge, { weights, counting, secret }: Judging): Promise<CanaryFinding> {
  const { answer: ended, responseHash, question } = canary;
  const { messages, sampling } = question.canary;
  if (ended?.type === "wrong") return judgeRefused(ended, messages, counting);
  if (ended === undefined || responseHash === undefined) return {};
  const { answer, signed } = ended;
  const known = counting?.weightsHash ?? weights?.reference.weightsHash;
  // Another offer than the one that was to be audited: these weights say nothing of it.
  if (answer.weightsHash !== undefined && known !== undefined && answer.weightsHash !== known) return {};
  const wrongCharge = counting && (await judgeCharge({ answer, receipt: signed.receipt, messages }, counting));
  if (wrongCharge !== undefined) return wrongCharge;
  if (answer.traceRoot !== ZERO_HASH && answer.leaves === undefined)
    return { failure: "trace", problem: "The executor does not show the trace that it signed." };
  if (weights === undefined) return {};
  const { reference, calibration } = weights;
  const profile = answer.profile === undefined ? undefined : parseProfile(answer.profile);
  // Of who computes otherwise than anybody who was measured, a text says nothing, and a trace only whether it is one.
  const isCovered = profile !== undefined && isCalibrated(calibration, profile);
  const prompt = { messages, asOfSeconds: answer.asOfSeconds };
  const read = readLeaves(answer, {
    stop: sampling.stop,
    maxOutboundTokens: signed.receipt.request.maxOutboundTokens,
    promisesIds: profile !== undefined && namesTokensById(profile),
    textOf: (tokens) => reference.textOf(prompt, tokens),
  });
  if (read !== undefined && "problem" in read)
    return { failure: "structure", problem: read.problem, ...(isCovered && { proof: "structure" }) };
  if (!isCovered) return {};
  const leaves = read?.leaves;
  const places =
    leaves &&
    (await reference.score(
      prompt,
      leaves.map(({ token }) => token),
    ));
  const { figures, found, factor } = judgeAnswer(
    {
      ...{ responseHash, secret, leaves, places, text: answer.text },
      ...{ ...sampling, border: question.border },
    },
    calibration,
  );
  return {
    figures,
    ...(factor !== undefined && { factor }),
    ...(isFar(figures, calibration, COMPLAINING_TIMES) && { proof: "distance" }),
    ...(found && { failure: "trace", problem: "The answer is not one of the offered weights." }),
  };
}

type Refused = Extract<EndedCanary, { readonly type: "wrong" }>;

/**
 * What its client refused for its counts is held against the weights, too, as jurors who have them will. Without them the client's own
 * count stands, by the vocabulary that the executor named: its word binds it.
 */
async function judgeRefused(
  { what, problem, refused }: Refused,
  messages: readonly ChatMessage[],
  counting: OwnCounting | undefined,
): Promise<CanaryFinding> {
  const finding = { failure: what, problem };
  if (refused === undefined) return finding;
  const { answer, signed, claim } = refused;
  if (counting === undefined || (answer.weightsHash ?? counting.weightsHash) !== counting.weightsHash)
    return { ...finding, ...(claim !== undefined && { claim }) };
  return (await judgeCharge({ answer, receipt: signed.receipt, messages }, counting)) ?? finding;
}

/** Throws nothing; `undefined` for an answer without a trace, or one that no reference can be held against. */
function readLeaves(
  { leaves, traceRoot, text }: CanaryAnswer,
  rest: Pick<Parameters<typeof readTrace>[0], "stop" | "maxOutboundTokens" | "promisesIds" | "textOf">,
): ReturnType<typeof readTrace> {
  if (leaves === undefined || leaves.length === 0) return undefined;
  return readTrace({ leaves: leaves.map(hexToBytes), traceRoot, text, ...rest });
}

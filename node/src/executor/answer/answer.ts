import { randomBytes } from "node:crypto";
import type { Hex } from "@lloom/protocol/commitment-types";
import type { CommitmentHasher } from "@lloom/protocol/commitments";
import { isEmbedding } from "@lloom/protocol/form/embedding";
import { bytesToHex } from "@lloom/protocol/hex";
import { packTrace } from "@lloom/protocol/trace";
import type { Backend } from "../../backend/backend.ts";
import { asLloomError, type LloomError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import type { ExecutorFrameBody } from "../../p2p/infer/answer-queue.ts";
import type { Clock } from "../../primitives/clock.ts";
import type { ExecutorLog } from "../../store/executor/executor-log.ts";
import type { Identity } from "../../wallet/identity.ts";
import type { Admitted } from "../admit/admit.ts";
import type { OwnRun } from "../admit/own-run.ts";
import type { WorkQueue } from "../admit/work-queue.ts";
import type { FramePipe } from "./frame-pipe.ts";
import { produce } from "./produce.ts";
import { type Answer, buildResponse } from "./response.ts";
import { ServingWatch } from "./serving-watch.ts";
import { Telling } from "./telling.ts";
import { withTrueCounts } from "./true-counts.ts";

type ResponseBody = Extract<ExecutorFrameBody, { type: "response" }>;

/** What answering needs. */
export interface AnswerParts {
  readonly identity: Identity;
  readonly hasher: CommitmentHasher;
  readonly store: ExecutorLog;
  readonly backend: Backend;
  readonly queue: WorkQueue;
  readonly run: OwnRun;
  readonly answerTimeoutMs: number;
  readonly clock: Clock;
  readonly log: Log;
  /** Told the answer's cost, base units, and its model after the signature is on disk. */
  readonly onAnswered: (cost: bigint, model: string) => void;
  /** All that is owed and not settled, base units. */
  readonly owed: () => bigint;
  /** An amount as people read it. */
  readonly shown: (amount: bigint) => string;
  /** Told when a request for a model ends without an answer. */
  readonly onFailed: (error: LloomError, model: string) => void;
}

/**
 * Answers an admitted request: waits its turn, runs the backend, then saves, signs and tells, in this order. Ends or fails
 * the pipe and never rejects. When the client is gone, what it was sent until then is signed as cancelled and kept: it asked
 * for those tokens and pays for no others. A failure signs nothing and charges nothing, and the lane is free again.
 */
export async function answerRequest(
  parts: AnswerParts,
  admitted: Admitted,
  { pipe, signal }: { readonly pipe: FramePipe<ExecutorFrameBody>; readonly signal: AbortSignal },
): Promise<void> {
  const { store, log } = parts;
  const { requestHash } = admitted;
  const watch = new ServingWatch({ requestHash, model: admitted.request.model, backend: parts.backend.name });
  using telling = new Telling(pipe, watch);
  let answer: Answer;
  try {
    answer = await work(parts, admitted, { telling, signal, watch });
  } catch (thrown) {
    const error = asLloomError(thrown, "BACKEND_FAILED");
    log.info({ requestHash, code: error.code, problem: error.message }, "request failed");
    fail(store, requestHash, error, log);
    watch.failed(error.code);
    parts.onFailed(error, admitted.request.model);
    telling.failed(error);
    return;
  }
  try {
    const frame = await saveAndSign(parts, admitted, answer);
    const cost = frame.response.cumulativeCost - admitted.request.ackedCost;
    parts.onAnswered(cost, admitted.request.model);
    const facts = sold(parts, { admitted, frame, cost });
    log.info(facts, "answered");
    watch.answered({ ...facts, cost, finishReason: answer.finishReason });
    telling.answered(frame);
  } catch (thrown) {
    // The answer may be on disk: it must not be failed, or another one could be signed. It is signed at the next start.
    const error = asLloomError(thrown);
    log.error({ requestHash, code: error.code, problem: error.message }, "answer not signed");
    watch.failed(error.code);
    parts.onFailed(error, admitted.request.model);
    telling.failed(error);
  }
}

interface SoldFacts extends Readonly<Record<string, string | number>> {
  readonly inboundTokens: number;
  readonly outboundTokens: number;
}

/** What the log says of a signed answer. */
function sold(
  { shown, owed }: AnswerParts,
  { admitted, frame, cost }: { readonly admitted: Admitted; readonly frame: ResponseBody; readonly cost: bigint },
): SoldFacts {
  const { inboundTokens, outboundTokens } = frame.response;
  return {
    requestHash: admitted.requestHash,
    client: admitted.request.client,
    model: admitted.request.model,
    inboundTokens: Number(inboundTokens),
    // What vectors count bonds disputes, and is no text that a model wrote.
    outboundTokens: isEmbedding(admitted.completion.sampling) ? 0 : Number(outboundTokens),
    cost: shown(cost),
    owed: shown(owed()),
  };
}

interface Working {
  readonly telling: Telling;
  readonly signal: AbortSignal;
  readonly watch: ServingWatch;
}

/** Runs the backend when it is this request's turn. */
async function work(
  { queue, backend, answerTimeoutMs, clock, run, log }: AnswerParts,
  { request, requestHash, completion, epoch }: Admitted,
  { telling, signal, watch }: Working,
): Promise<Answer> {
  using _slot = await queue.enter({
    client: request.client,
    signal,
    onPosition: (position) => telling.queued(position),
  });
  watch.began();
  telling.running();
  const answer = await produce({
    backend,
    completion,
    signal,
    timeoutMs: answerTimeoutMs,
    deadlineMs: Number(request.deadline) * 1000 - clock(),
    send: (text, isLast) => telling.text(text, isLast),
  });
  // Nothing is on disk yet: what must not be signed has failed, and costs nothing.
  run.checkMaySign(epoch);
  const counted = withTrueCounts(answer, completion);
  const { inboundTokens, outboundTokens } = answer;
  if (counted.inboundTokens !== inboundTokens || counted.outboundTokens !== outboundTokens)
    log.warn({ requestHash, inboundTokens, outboundTokens }, "the backend counts more tokens than there can be");
  return counted;
}

async function saveAndSign(
  { identity, hasher, store, clock }: AnswerParts,
  { request, requestHash, lane, prompt }: Admitted,
  answer: Answer,
): Promise<ResponseBody> {
  const contentSalt = bytesToHex(randomBytes(32));
  const nowMs = clock();
  const response = buildResponse({ request, requestHash, lane, answer, contentSalt, nowMs });
  const responseHash = hasher.hashResponse(response);
  const delivered = new TextEncoder().encode(answer.text);
  const trace = packTrace(answer.trace?.leaves ?? []);
  const opening = { contentSalt, delivered, trace, prompt };
  store.saveAnswer({ requestHash, response, responseHash, ...opening, answeredAtMs: nowMs });
  await store.onDisk();
  const signature = identity.sign(responseHash);
  store.saveSignature(requestHash, signature);
  return { type: "response", response, signature, contentSalt };
}

function fail(store: ExecutorLog, requestHash: Hex, error: LloomError, log: Log): void {
  try {
    store.fail(requestHash, error.code);
  } catch (thrown) {
    log.error({ requestHash, problem: asLloomError(thrown).message }, "failure not noted");
  }
}

/** Signs what a crash left saved but unsigned: exactly what was saved, so that there is never a second answer. */
export function signSavedAnswers({
  identity,
  hasher,
  store,
  log,
}: Pick<AnswerParts, "identity" | "hasher" | "store" | "log">): void {
  for (const { requestHash, response } of store.answeredUnsigned()) {
    store.saveSignature(requestHash, identity.sign(hasher.hashResponse(response)));
    log.info({ requestHash }, "answer signed after a restart");
  }
}

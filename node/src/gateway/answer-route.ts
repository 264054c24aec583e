import type { Hex } from "@lloom/protocol/commitment-types";
import type { ErrorCode } from "@lloom/protocol/error-codes";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { AskEvent } from "../client/question.ts";
import { LloomError } from "../errors.ts";
import type { Log } from "../log.ts";
import { apiKeyOf } from "./access.ts";
import { type PaidDeployment, spent } from "./answer-facts.ts";
import { type AnswerApi, type AnswerTold, CHAT_PATH } from "./api.ts";
import type { Asked } from "./asked.ts";
import { CallWatch } from "./call-watch.ts";
import type { GatewaySettings } from "./gateway-options.ts";
import { failureOf } from "./http-problem.ts";
import { idempotencyKey, type KeyedAnswers } from "./keyed-answers.ts";
import { keyCallerOf } from "./keys/key-caller.ts";
import type { BegunAnswer, LimitedAsk } from "./limited-ask.ts";
import { tellStream } from "./telling/tell-stream.ts";
import { tellWhole } from "./telling/tell-whole.ts";

export interface AnswerRouteParts {
  readonly limited: LimitedAsk;
  readonly keyed: KeyedAnswers;
  readonly deployment: PaidDeployment;
  readonly log: Log;
  readonly settings: GatewaySettings;
  /** Aborts when running answers must end. */
  readonly closing: AbortSignal;
  /** Told when a call's question goes to the network. */
  readonly onLetIn: (request: FastifyRequest) => void;
}

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

/** A route that answers. A call with an Idempotency-Key is asked and paid once, however often it comes. */
export function answerRoute<Call extends Asked>(
  { limited, keyed, deployment, log, settings, closing, onLetIn }: AnswerRouteParts,
  api: AnswerApi<Call>,
): Handler {
  const { keepAliveMs, readTimeoutMs } = settings;
  return async (request, reply) => {
    const call = api.read(request.body);
    const key = idempotencyKey(request.headers["idempotency-key"]);
    const hangUp = onHangUp(reply);
    const timeout = AbortSignal.timeout(settings.answerTimeoutMs);
    let requestHashes: readonly Hex[] = [];
    const explainAndLog = (thrown: unknown): LloomError => {
      const error = explain(thrown, hangUp);
      const level = error.code === "CANCELLED" ? "debug" : "warn";
      const { code, details } = error;
      log[level]({ requestId: request.id, requestHashes, code, details, err: error }, "stream failed");
      return error;
    };
    const begin = (...ends: AbortSignal[]): BegunAnswer => {
      const begun = limited.begin(call, {
        idPrefix: api.idPrefix,
        signal: AbortSignal.any([...ends, timeout, closing]),
        caller: keyCallerOf(request),
      });
      const watch = new CallWatch({
        requestId: request.id,
        route: api.path,
        model: call.model,
        isStream: call.stream,
        choices: call.choices,
      });
      requestHashes = watch.requestHashes;
      return { ...begun, events: explained(begun.events, { timeout, closing, watch }) };
    };
    const once = (key: string): BegunAnswer => {
      const named = { key, caller: callerOf(request), body: fingerprinted(request.body, api) };
      const { events, isReplayed, ...identity } = keyed.answer(named, begin);
      if (isReplayed) reply.header("idempotent-replayed", "true");
      return { ...identity, choices: call.choices, events: events() };
    };
    try {
      const { id, created, events } = key === undefined ? begin(hangUp) : once(key);
      onLetIn(request);
      const answer: AnswerTold<Call> = { id, created, call, deployment };
      const choices = call.stream
        ? await tellStream(api, answer, { events, reply, keepAliveMs, readTimeoutMs, explain: explainAndLog })
        : await tellWhole(api, answer, { events, reply });
      for (const { end } of choices ?? []) log.info({ requestId: request.id, ...spent(end, deployment) }, "answered");
    } catch (thrown) {
      const error = explain(thrown, hangUp);
      const { code } = error;
      if (requestHashes.length > 0) log.debug({ requestId: request.id, requestHashes, code }, "asked in vain");
      throw error;
    }
    return reply;
  };
}

/** The same key at another API is another call; chat, which was the only one, is known by its body alone. */
const fingerprinted = (body: unknown, { path }: Pick<AnswerApi, "path">): unknown =>
  path === CHAT_PATH ? body : { path, body };

const callerOf = ({ headers }: FastifyRequest): string => headers.authorization ?? apiKeyOf(headers) ?? "";

/** Aborts when the caller closes the connection before its answer is complete. */
function onHangUp({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  raw.once("close", () => {
    if (!raw.writableFinished) gone.abort();
  });
  return gone.signal;
}

interface Ends {
  readonly timeout: AbortSignal;
  readonly closing: AbortSignal;
  readonly watch: CallWatch;
}

/** The client only knows that it was told to stop; here is known why. */
async function* explained(events: AsyncIterable<AskEvent>, ends: Ends): AsyncGenerator<AskEvent, void> {
  const { watch } = ends;
  let code: ErrorCode | undefined;
  try {
    for await (const event of events) {
      watch.note(event);
      yield event;
    }
  } catch (cause) {
    const error = endOf(cause, ends);
    code = error.code;
    throw error;
  } finally {
    watch.over(code);
  }
}

function endOf(cause: unknown, { timeout, closing }: Ends): LloomError {
  if (closing.aborted)
    return new LloomError("DRAINING", "The gateway shut down before the answer was there.", {
      cause,
      next: "Try again when it is up.",
    });
  if (timeout.aborted) return new LloomError("EXECUTOR_TIMEOUT", "The answer took too long.", { cause });
  return failureOf(cause);
}

/** A failure in the terms of one caller, who may have hung up. */
function explain(cause: unknown, hangUp: AbortSignal): LloomError {
  if (hangUp.aborted) return new LloomError("CANCELLED", "The caller hung up.", { cause });
  return failureOf(cause);
}

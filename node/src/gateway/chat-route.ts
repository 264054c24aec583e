import type { FastifyReply, FastifyRequest } from "fastify";
import { LloomError } from "../errors.ts";
import type { Log } from "../log.ts";
import { type Deployment, spent } from "./answer-facts.ts";
import { type ChatAnswer, sendStream, sendWhole } from "./chat-answer.ts";
import { parseChatRequest } from "./chat-request.ts";
import type { GatewayClient } from "./gateway-client.ts";
import type { GatewaySettings } from "./gateway-options.ts";
import { idempotencyKey, type KeyedAnswers, type KeyedCall } from "./keyed-answers.ts";
import { type BegunAnswer, createMarket } from "./market.ts";

export interface ChatRouteParts {
  readonly client: GatewayClient;
  readonly keyed: KeyedAnswers;
  readonly deployment: Deployment;
  readonly log: Log;
  readonly settings: GatewaySettings;
  /** Aborts when running answers must end. */
  readonly closing: AbortSignal;
}

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

/** POST /v1/chat/completions. A call with an Idempotency-Key is asked and paid once, however often it comes. */
export function chatRoute({ client, keyed, deployment, log, settings, closing }: ChatRouteParts): Handler {
  const { keepAliveMs, readTimeoutMs } = settings;
  const market = createMarket(client, settings);
  return async (request, reply) => {
    const chat = parseChatRequest(request.body);
    const key = idempotencyKey(request.headers["idempotency-key"]);
    const hangUp = onHangUp(reply);
    const timeout = AbortSignal.timeout(settings.answerTimeoutMs);
    const explain = (thrown: unknown): LloomError => explainAbort(thrown, { hangUp, timeout, closing });
    const explainAndLog = (thrown: unknown): LloomError => {
      const error = explain(thrown);
      const level = error.code === "CANCELLED" ? "debug" : "warn";
      log[level]({ requestId: request.id, code: error.code, details: error.details, err: error }, "stream failed");
      return error;
    };
    const begin = (...ends: AbortSignal[]): BegunAnswer =>
      market.begin(chat, AbortSignal.any([...ends, timeout, closing]));
    try {
      const { id, created, events } =
        key === undefined ? begin(hangUp) : once(keyed, { key, caller: callerOf(request), body: request.body }, begin);
      const answer: ChatAnswer = { id, created, request: chat, events, deployment };
      const end = chat.stream
        ? await sendStream(answer, reply, { keepAliveMs, readTimeoutMs, explain: explainAndLog })
        : await sendWhole(answer, reply);
      if (end !== undefined) log.info({ requestId: request.id, ...spent(end, deployment) }, "answered");
    } catch (thrown) {
      throw explain(thrown);
    }
    return reply;
  };
}

function once(keyed: KeyedAnswers, call: KeyedCall, begin: () => BegunAnswer): BegunAnswer {
  const { events, ...identity } = keyed.answer(call, begin);
  return { ...identity, events: events() };
}

const callerOf = ({ headers }: FastifyRequest): string => headers.authorization ?? "";

/** Aborts when the caller closes the connection before its answer is complete. */
function onHangUp({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  raw.once("close", () => {
    if (!raw.writableFinished) gone.abort();
  });
  return gone.signal;
}

interface Reasons {
  readonly hangUp: AbortSignal;
  readonly timeout: AbortSignal;
  readonly closing: AbortSignal;
}

/** The client only knows that it was told to stop; here is known why. */
function explainAbort(thrown: unknown, { hangUp, timeout, closing }: Reasons): LloomError {
  const cause = thrown;
  if (hangUp.aborted) return new LloomError("CANCELLED", "The caller hung up.", { cause });
  if (closing.aborted) {
    return new LloomError("DRAINING", "The gateway is shutting down.", { cause, next: "Try again when it is up." });
  }
  // A call that joined another one hears of that one's time.
  const isOver = timeout.aborted || (thrown instanceof LloomError && thrown.code === "CANCELLED");
  if (isOver) return new LloomError("EXECUTOR_TIMEOUT", "The answer took too long.", { cause });
  return thrown instanceof LloomError ? thrown : new LloomError("INTERNAL", "The gateway failed.", { cause });
}

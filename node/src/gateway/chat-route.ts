import { randomUUID } from "node:crypto";
import type { CommitmentDomain } from "@lloom/protocol/commitments";
import type { FastifyReply, FastifyRequest } from "fastify";
import { LloomError } from "../errors.ts";
import type { Log } from "../log.ts";
import { type ChatAnswer, sendStream, sendWhole } from "./chat-answer.ts";
import { type ChatRequest, parseChatRequest } from "./chat-request.ts";
import type { GatewayClient } from "./gateway-client.ts";
import type { GatewaySettings } from "./gateway-options.ts";

export interface ChatRouteParts {
  readonly client: GatewayClient;
  /** Deployment that receipts are for. */
  readonly domain: CommitmentDomain;
  readonly log: Log;
  readonly settings: GatewaySettings;
  /** Aborts when running answers must end. */
  readonly closing: AbortSignal;
}

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

/** POST /v1/chat/completions. */
export function chatRoute({ client, domain, log, settings, closing }: ChatRouteParts): Handler {
  let running = 0;
  return async (request, reply) => {
    const chat = parseChatRequest(request.body);
    if (running >= settings.maxConcurrent) {
      throw new LloomError("RATE_LIMITED", `The gateway answers ${settings.maxConcurrent} requests at once.`);
    }
    running++;
    const hangUp = onHangUp(reply);
    const timeout = AbortSignal.timeout(settings.answerTimeoutMs);
    const explain = (thrown: unknown): LloomError => explainAbort(thrown, { hangUp, timeout, closing });
    const explainAndLog = (thrown: unknown): LloomError => {
      const error = explain(thrown);
      const level = error.code === "CANCELLED" ? "debug" : "warn";
      log[level]({ requestId: request.id, code: error.code, details: error.details, err: error }, "stream failed");
      return error;
    };
    try {
      const answer = await ask({ client, domain, settings }, chat, AbortSignal.any([hangUp, timeout, closing]));
      const { keepAliveMs, readTimeoutMs } = settings;
      const end = chat.stream
        ? await sendStream(answer, reply, { keepAliveMs, readTimeoutMs, explain: explainAndLog })
        : await sendWhole(answer, reply);
      if (end !== undefined)
        log.info({ requestId: request.id, requestHash: end.requestHash, executor: end.executor }, "answered");
    } catch (thrown) {
      throw explain(thrown);
    } finally {
      running--;
    }
    return reply;
  };
}

async function ask(
  { client, domain, settings }: Pick<ChatRouteParts, "client" | "domain" | "settings">,
  request: ChatRequest,
  signal: AbortSignal,
): Promise<ChatAnswer> {
  const { model, messages, sampling } = request;
  const maxOutboundTokens = request.maxOutboundTokens ?? (await defaultLimit(client, settings, model));
  const events = client.ask({ model, messages, sampling, maxOutboundTokens }, signal);
  return { id: `chatcmpl-${randomUUID()}`, created: Math.floor(Date.now() / 1000), request, events, domain };
}

/** Leaves at least half of the context to the prompt. */
async function defaultLimit(
  client: GatewayClient,
  { defaultMaxTokens }: GatewaySettings,
  model: string,
): Promise<number> {
  const offered = (await client.models()).find((one) => one.model === model);
  if (offered === undefined) return defaultMaxTokens;
  return Math.max(1, Math.min(defaultMaxTokens, Math.floor(Number(offered.maxContext) / 2)));
}

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
  if (timeout.aborted) return new LloomError("EXECUTOR_TIMEOUT", "The answer took too long.", { cause });
  return thrown instanceof LloomError ? thrown : new LloomError("INTERNAL", "The gateway failed.", { cause });
}

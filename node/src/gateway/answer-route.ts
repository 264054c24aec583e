import type { Hex } from "@lloom/protocol/commitment-types";
import type { FastifyRequest } from "fastify";
import { LloomError } from "../errors.ts";
import { wallClock } from "../primitives/clock.ts";
import { apiKeyOf, mustPay } from "./access.ts";
import { spent } from "./answer-facts.ts";
import { type AnswerApi, type AnswerTold, type ApiDescription, CHAT_PATH } from "./api.ts";
import type { Asked } from "./asked.ts";
import { type AnsweringParts, beginAnswer } from "./begin-answer.ts";
import { cachedHeaders, cacheUseOf } from "./cache/cache-header.ts";
import type { Route, RouteDescription } from "./described/route.ts";
import type { GatewaySettings } from "./gateway-options.ts";
import { failureOf } from "./http-problem.ts";
import { idempotencyKey, type KeyedAnswers } from "./keyed-answers.ts";
import { keyCallerOf } from "./keys/key-caller.ts";
import type { BegunAnswer } from "./limited-ask.ts";
import { onHangUp } from "./telling/hang-up.ts";
import { tellStream } from "./telling/tell-stream.ts";
import { tellWhole } from "./telling/tell-whole.ts";
import type { StartedAnswer } from "./x402/admitted-call.ts";
import type { PaymentDoor } from "./x402/payment-door.ts";

export interface AnswerRouteParts extends AnsweringParts {
  readonly settings: GatewaySettings;
  readonly keyed: KeyedAnswers;
  /** Where calls without a key are paid. */
  readonly door?: PaymentDoor | undefined;
  /** Told when a call's question goes to the network. */
  readonly onLetIn: (request: FastifyRequest) => void;
}

/** A route that answers. A call with an Idempotency-Key is asked and paid once, however often it comes. */
export function answerRoute<Call extends Asked>(answering: AnswerRouteParts, api: AnswerApi<Call>): Route {
  const { keyed, door, deployment, log, onLetIn } = answering;
  const { keepAliveMs, readTimeoutMs } = answering.settings;
  const handle: Route["handle"] = async (request, reply) => {
    const call = api.read(request.body);
    const key = idempotencyKey(request.headers["idempotency-key"]);
    const hangUp = onHangUp(reply);
    const paid = mustPay(request) ? await door?.admit(request, call) : undefined;
    let requestHashes: readonly Hex[] = [];
    let isCached = false;
    const explainAndLog = (thrown: unknown): LloomError => {
      const error = explain(thrown, hangUp);
      const level = error.code === "CANCELLED" ? "debug" : "warn";
      const { code, details } = error;
      log[level]({ requestId: request.id, requestHashes, code, details, err: error }, "stream failed");
      return error;
    };
    const begin = (hangUp?: AbortSignal): BegunAnswer => {
      const caller = keyCallerOf(request);
      const cache = cacheUseOf(request.headers["cache-control"]);
      const begun = beginAnswer(answering, api, call, { requestId: request.id, caller, hangUp, cache, paid });
      requestHashes = begun.requestHashes;
      if (begun.cachedAtMs !== undefined) reply.headers(cachedHeaders(begun.cachedAtMs, wallClock()));
      isCached = begun.cachedAtMs !== undefined;
      return begun;
    };
    const caller = paid?.identity ?? callerOf(request);
    const once = (key: string): StartedAnswer => {
      const named = { key, caller, body: fingerprinted(request.body, api) };
      const { events, isReplayed, ...identity } = keyed.answer(named, () => begin());
      if (isReplayed) reply.header("idempotent-replayed", "true");
      return { ...identity, isReplayed, choices: call.choices, events: events() };
    };
    // What was paid for goes on when its caller hangs up: it is paid all the same.
    const start = (): StartedAnswer => {
      const begun = key === undefined ? begin(paid === undefined ? hangUp : undefined) : once(key);
      onLetIn(request);
      return begun;
    };
    const isKnown = (): boolean => key !== undefined && keyed.knows({ caller, key });
    try {
      const starting = { idempotencyKey: key, isKnown, start };
      const { id, created, events } = await (paid === undefined ? start() : paid.answer(starting, reply));
      const answer: AnswerTold<Call> = { id, created, call, deployment };
      const choices = call.stream
        ? await tellStream(api, answer, { events, reply, keepAliveMs, readTimeoutMs, explain: explainAndLog })
        : await tellWhole(api, answer, { events, reply });
      if (isCached) log.info({ requestId: request.id }, "answered from the cache");
      else
        for (const { end } of choices ?? []) log.info({ requestId: request.id, ...spent(end, deployment) }, "answered");
    } catch (thrown) {
      const error = explain(thrown, hangUp);
      const { code } = error;
      if (requestHashes.length > 0) log.debug({ requestId: request.id, requestHashes, code }, "asked in vain");
      throw error;
    }
    return reply;
  };
  return { method: "POST", path: api.path, described: routeDescription(api.described), handle };
}

const IDEMPOTENCY_KEY =
  "1 to 255 printable characters without spaces, such as a UUID. A call that has one is asked and paid once, however often it is repeated.";

const CACHE_CONTROL =
  "Where the gateway gives answers again: `no-cache` asks anew, and `no-store` also keeps nothing of the answer.";

/** What every API has in common. */
const routeDescription = ({ whole, event, ...described }: ApiDescription): RouteDescription => ({
  ...described,
  tag: "answers",
  headers: { "idempotency-key": IDEMPOTENCY_KEY, "cache-control": CACHE_CONTROL },
  answers: [
    { status: 200, text: "The answer, whole or as it comes.", schema: whole, ...(event && { event }), isPaid: true },
  ],
  problems: [402, 404, 408, 409, 413, 415, 422, 429, 502, 504],
});

/** The same key at another API is another call; chat, which was the only one, is known by its body alone. */
const fingerprinted = (body: unknown, { path }: Pick<AnswerApi, "path">): unknown =>
  path === CHAT_PATH ? body : { path, body };

const callerOf = ({ headers }: FastifyRequest): string => headers.authorization ?? apiKeyOf(headers) ?? "";

/** A failure in the terms of one caller, who may have hung up. */
function explain(cause: unknown, hangUp: AbortSignal): LloomError {
  if (hangUp.aborted) return new LloomError("CANCELLED", "The caller hung up.", { cause });
  return failureOf(cause);
}

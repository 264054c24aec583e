import { randomUUID } from "node:crypto";
import { parseAmount, type TokenUnit } from "@lloom/protocol/amounts";
import type { ErrorCode } from "@lloom/protocol/error-codes";
import { isEmbedding } from "@lloom/protocol/form/embedding";
import type { AskEvent, Purse, Question } from "../client/question.ts";
import { asLloomError, LloomError } from "../errors.ts";
import { wallClock } from "../primitives/clock.ts";
import { LOOP_TURNS } from "../primitives/loop-turns.ts";
import { type Asked, MOST_CHOICES } from "./asked.ts";
import type { GatewayClient } from "./gateway-client.ts";
import type { GatewaySettings } from "./gateway-options.ts";
import { invalidField } from "./http-problem.ts";
import { type ChargeOf, cappedPurse, joinedPurse } from "./keys/capped-purse.ts";
import type { Payer } from "./keys/key-accounts.ts";
import type { KeyCaller } from "./keys/key-caller.ts";

/** An answer that has been asked for. */
export interface BegunAnswer {
  readonly id: string;
  /** Unix seconds. */
  readonly created: number;
  /** How many answers it has; 1 if left out. */
  readonly choices?: number;
  /** It is one that was given before, then, Unix milliseconds: nothing is paid for it. */
  readonly cachedAtMs?: number;
  readonly events: AsyncIterable<AskEvent>;
}

export interface BeginOptions {
  /** What the answer's id begins with. */
  readonly idPrefix: string;
  readonly signal: AbortSignal;
  /** Who calls, by a key that has limits or a payment. */
  readonly caller?: (Pick<KeyCaller, "payer"> & Partial<Pick<KeyCaller, "key">>) | undefined;
  /** Whether an answer that was given before may be given again: `renew` asks anew and keeps that, `off` does neither. */
  readonly cache?: CacheUse | undefined;
}

export type CacheUse = "use" | "renew" | "off";

/** Asks the network, so many questions at once. */
export interface LimitedAsk {
  /** Throws RATE_LIMITED, and what the caller's key forbids; whatever else goes wrong, the events throw. */
  begin(asked: Asked, options: BeginOptions): BegunAnswer;
}

/** Whose money is spent, and how it is counted. */
export interface AskMoney {
  readonly token: TokenUnit;
  readonly chargeOf?: ChargeOf | undefined;
  /** What everything that is asked has to fit into, if there is such a limit. */
  readonly budget?: Purse | undefined;
}

export function createLimitedAsk(
  client: GatewayClient,
  settings: Pick<GatewaySettings, "maxConcurrent" | "defaultMaxTokens">,
  money: AskMoney,
): LimitedAsk {
  let running = 0;
  return {
    begin(asked, { idPrefix, signal, caller }) {
      const { choices } = asked;
      // More are never under way.
      const atOnce = Math.min(choices, MOST_CHOICES);
      if (running + atOnce > settings.maxConcurrent)
        throw new LloomError("RATE_LIMITED", `The gateway answers ${settings.maxConcurrent} requests at once.`);
      const payer = caller?.payer([asked, ...(asked.fallbacks ?? [])].map(({ model }) => model));
      running += atOnce;
      const asking = { client, settings, money, payer, cap: capOf(asked, money) };
      const events = askInTurn(asked, (one) => ask(asking, one, signal));
      return {
        id: `${idPrefix}${randomUUID()}`,
        choices,
        created: Math.floor(wallClock() / 1000),
        events: whenOver(events, async () => {
          running -= atOnce;
          await payer?.over();
        }),
      };
    },
  };
}

async function* whenOver<T>(events: AsyncIterable<T>, over: () => Promise<void>): AsyncGenerator<T, void> {
  try {
    yield* events;
  } finally {
    await over();
  }
}

/** Failures of a model that another one may mend; the others are the caller's own, or this gateway's. */
const MENDED_BY_ANOTHER: ReadonlySet<ErrorCode> = new Set([
  ...(["MODEL_NOT_FOUND", "NO_EXECUTOR", "CONTEXT_EXCEEDED", "UNSUPPORTED"] as const),
  ...(["QUEUE_FULL", "RATE_LIMITED", "DRAINING", "BACKEND_FAILED", "BACKEND_TIMEOUT", "RESPONSE_INVALID"] as const),
  ...(["EXECUTOR_UNREACHABLE", "EXECUTOR_TIMEOUT", "STREAM_INTERRUPTED"] as const),
]);

/** Asks for one model after the other, until one answers or text was passed on. Throws what the last one did. */
async function* askInTurn(
  request: Asked,
  askOne: (request: Asked) => AsyncIterable<AskEvent>,
): AsyncGenerator<AskEvent, void> {
  const { fallbacks = [] } = request;
  for (const [index, named] of [request, ...fallbacks].entries()) {
    let hasText = false;
    try {
      for await (const event of askOne({ ...request, ...named })) {
        hasText ||= event.type === "text";
        yield event;
      }
      return;
    } catch (thrown) {
      if (hasText || index === fallbacks.length || !MENDED_BY_ANOTHER.has(asLloomError(thrown).code)) throw thrown;
    }
  }
}

/** What makes a question of what a caller asks for. */
interface Asking {
  readonly client: Pick<GatewayClient, "model">;
  readonly settings: Pick<GatewaySettings, "defaultMaxTokens">;
  readonly money: AskMoney;
  readonly payer: Payer | undefined;
  /** What the whole call has to fit into. */
  readonly cap: Purse | undefined;
}

function capOf({ maxCost }: Asked, { token, chargeOf }: AskMoney): Purse | undefined {
  if (maxCost === undefined) return undefined;
  return cappedPurse({
    most: unitsOf(maxCost, "max_cost", token),
    what: "This question",
    next: "Ask for a shorter answer, or allow more: max_cost.",
    ...{ token, chargeOf },
  });
}

/** The purses that a request has to fit into; none where nobody counts. */
function purseOf({ payer, cap, money: { budget } }: Asking, model: string): Purse | undefined {
  const purses = [cap, budget, payer?.purse(model)].filter((purse) => purse !== undefined);
  return purses.length === 0 ? undefined : joinedPurse(purses);
}

async function* ask(
  asking: Asking & { readonly client: GatewayClient },
  asked: Asked,
  signal: AbortSignal,
): AsyncGenerator<AskEvent, void> {
  await LOOP_TURNS.enter();
  yield* asking.client.ask(await questionOf(asking, asked), signal);
}

/** In the client's terms. Throws REQUEST_INVALID for amounts that the token cannot have. */
export async function questionOf(
  asking: Asking,
  {
    model,
    preference,
    messages,
    sampling,
    stream,
    maxOutboundTokens: asked,
    maxPrice,
    demands: { minReputation, minStake },
    verification,
    logprobs,
    choices,
  }: Asked,
): Promise<Question> {
  const { client, settings, money } = asking;
  const { token } = money;
  const offered = await client.model(model);
  const most = offered === undefined ? undefined : Number(offered.maxContext);
  const isOfVectors = isEmbedding(sampling);
  const maxOutboundTokens =
    asked === undefined ? defaultLimit(settings, most) : isOfVectors ? asked : clamp(asked, messages, most);
  const demands = {
    ...(minReputation !== undefined && { minReputation }),
    ...(minStake !== undefined && { minStake: unitsOf(minStake, "provider.min_stake", token) }),
  };
  const { prompt, completion } = maxPrice ?? {};
  const price = {
    ...(prompt !== undefined && { inbound: unitsOf(prompt, "provider.max_price.prompt", token) }),
    ...(completion !== undefined && { outbound: unitsOf(completion, "provider.max_price.completion", token) }),
  };
  const asks = {
    ...(Object.keys(demands).length > 0 && { demands }),
    ...(Object.keys(price).length > 0 && { maxPrice: price }),
    ...(preference !== undefined && { preference }),
  };
  const question = {
    model,
    messages,
    sampling,
    maxOutboundTokens,
    whole: !stream,
    verification,
    purse: purseOf(asking, model),
    ...asks,
  };
  const more = { ...(logprobs !== undefined && { odds: true }), ...(choices > 1 && !isOfVectors && { choices }) };
  return { ...question, ...more };
}

/** Throws REQUEST_INVALID for more digits than the token has. */
function unitsOf(text: string, field: string, { decimals }: TokenUnit): bigint {
  try {
    return parseAmount(text, decimals);
  } catch (cause) {
    throw invalidField(field, `${field}: ${asLloomError(cause).message}`);
  }
}

/** Leaves at least half of the context to the prompt. */
const defaultLimit = ({ defaultMaxTokens }: Asking["settings"], maxContext = 2 * defaultMaxTokens): number =>
  Math.max(1, Math.min(defaultMaxTokens, Math.floor(maxContext / 2)));

/** Bytes of a prompt that make a token, on average. */
const BYTES_PER_TOKEN = 4;

/**
 * An answer cannot be longer than what the prompt leaves of the context; many callers name a limit that is, and mean "as long
 * as may be". How long the prompt is in tokens, the executor alone knows; it ends the answer at the context.
 */
function clamp(asked: number, messages: Asked["messages"], maxContext = asked + 1): number {
  const bytes = messages.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0);
  const room = maxContext - 1 - Math.ceil(bytes / BYTES_PER_TOKEN);
  return Math.max(1, Math.min(asked, room));
}

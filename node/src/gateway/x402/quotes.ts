import { createHash } from "node:crypto";
import { formatAmount, type TokenUnit } from "@lloom/protocol/amounts";
import { EMBEDDING_LIMITS } from "@lloom/protocol/form/answer-settings";
import { isEmbedding } from "@lloom/protocol/form/embedding";
import { worstCost } from "@lloom/protocol/lane";
import type { Client } from "../../client/client.ts";
import { askedLimits } from "../../client/pay/asked-limits.ts";
import type { Question } from "../../client/question.ts";
import { asLloomError, LloomError } from "../../errors.ts";
import { BoundedMap } from "../../primitives/bounded-map.ts";
import type { Asked } from "../asked.ts";

/** What the operator takes. */
export interface Pricing {
  /** Above the best price, in hundredths of it: what prices may rise by until the answer is bought, or dearer executors ask; else earned. */
  readonly marginPercent: number;
  /** For each answered call, base units: for the gas of taking its payment, and whatever else. */
  readonly fee: bigint;
}

/** What a call has to be paid, and what may be bought for it. */
export interface Quote {
  /** Base units. */
  readonly amount: bigint;
  /** What one signed request may cost at most. */
  readonly mostOfRequest: bigint;
  /** The call, held to the prices and the length that the amount covers; told whole. */
  readonly asked: Asked;
}

interface QuoteParts {
  readonly price: Client["price"];
  readonly model: Client["model"];
  readonly token: TokenUnit;
  readonly pricing: Pricing;
  readonly questionOf: (asked: Asked) => Promise<Question>;
}

/**
 * The most that a call can cost: the most tokens that its prompt can have and its longest answer, at the price of whoever would be asked
 * now and the operator's margin, for each answer, or each part of the texts that are embedded, and each executor that is paid for it; and the
 * operator's fee. Of several models the dearest, since any of them may answer. Throws what asking would throw where nobody can answer.
 */
export async function quoteOf(parts: QuoteParts, asked: Asked, signal: AbortSignal): Promise<Quote> {
  const { token, pricing } = parts;
  const priced = await pricesOf(parts, asked, signal);
  const dearest = (of: (one: (typeof priced)[number]) => bigint): bigint =>
    priced.map(of).reduce((most, value) => (value > most ? value : most), 0n);
  const own = priced[0]?.question.maxPrice;
  const inbound = dearest(({ price }) => price.inboundPrice);
  const outbound = dearest(({ price }) => price.outboundPrice);
  const limit = {
    inboundPrice: raised(inbound, pricing, own?.inbound),
    outboundPrice: raised(outbound, pricing, own?.outbound),
  };
  const maxOutboundTokens = dearest(({ question }) => BigInt(question.maxOutboundTokens));
  const costs = requestsOf(asked).map((messages) =>
    worstCost(askedLimits({ ...asked, messages, maxOutboundTokens: Number(maxOutboundTokens) }, limit)),
  );
  const mostOfRequest = costs.reduce((most, cost) => (cost > most ? cost : most), 0n);
  const executors = dearest(({ price }) => BigInt(price.executors));
  const amount = costs.reduce((sum, cost) => sum + cost, 0n) * executors + pricing.fee;
  const shown = (price: bigint): string => formatAmount(price, token.decimals);
  return {
    amount: amount > 0n ? amount : 1n,
    mostOfRequest,
    asked: {
      ...asked,
      ...{ stream: false, maxOutboundTokens: Number(maxOutboundTokens) },
      maxPrice: { prompt: shown(limit.inboundPrice), completion: shown(limit.outboundPrice) },
    },
  };
}

/** What each paid request of a call asks: some of the texts that are embedded, or the whole conversation for every answer. */
function requestsOf({ sampling, messages, choices }: Asked): readonly Asked["messages"][] {
  return Array.from({ length: choices }, (_, place) => {
    const start = place * EMBEDDING_LIMITS.texts;
    return isEmbedding(sampling) ? messages.slice(start, start + EMBEDDING_LIMITS.texts) : messages;
  });
}

/** Of all models that may answer and can be had; throws the first one's failure where none can. */
async function pricesOf({ price, model, questionOf }: QuoteParts, asked: Asked, signal: AbortSignal) {
  const { fallbacks = [] } = asked;
  const tried = await Promise.allSettled(
    [asked, ...fallbacks].map(async (named) => {
      // Nobody searches the network for whoever names a model and has paid nothing.
      if ((await model(named.model)) === undefined) throw notOffered(named.model);
      const question = await questionOf({ ...asked, ...named });
      return { question, price: await price(question, signal) };
    }),
  );
  const found = tried.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  const [first] = tried;
  if (found.length > 0) return found;
  throw first?.status === "rejected" ? asLloomError(first.reason) : notOffered(asked.model);
}

const notOffered = (model: string): LloomError =>
  new LloomError("MODEL_NOT_FOUND", `No executor offers the model "${model}" now.`, { details: { param: "model" } });

const HUNDRED = 100n;

/** Rounded up, so that a price of few units can rise at all; never above what the caller says. */
function raised(price: bigint, { marginPercent }: Pricing, most: bigint | undefined): bigint {
  const up = (price * (HUNDRED + BigInt(marginPercent)) + HUNDRED - 1n) / HUNDRED;
  return most !== undefined && most < up ? most : up;
}

/** Quotes that are remembered, so that what was told holds until its payment comes. */
const MOST_QUOTES = 4096;

/** What was asked of callers lately, by what they asked for. In memory alone: at worst a caller is told anew. */
export class Quotes {
  readonly #kept = new BoundedMap<string, { readonly quote: Quote; readonly untilMs: number }>({ most: MOST_QUOTES });

  keep(name: string, quote: Quote, untilMs: number): void {
    this.#kept.set(name, { quote, untilMs });
  }

  /** The quote of this amount for the same call, while it holds. */
  find(name: string, amount: bigint, nowMs: number): Quote | undefined {
    const kept = this.#kept.get(name);
    return kept !== undefined && kept.untilMs > nowMs && kept.quote.amount === amount ? kept.quote : undefined;
  }
}

/** What a call asks for, as a name that says nothing of it. */
export const nameOfCall = (path: string, body: unknown): string =>
  createHash("sha256")
    .update(JSON.stringify([path, body]))
    .digest("base64");

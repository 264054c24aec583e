import type { Address } from "@lloom/protocol/commitment-types";
import type { CommitmentDomain } from "@lloom/protocol/commitments";
import { asLloomError, LloomError } from "@lloom/protocol/lloom-error";
import type { ChatMessage, SignedOffer } from "@lloom/protocol/messages";
import type { PageClient } from "../direct/open-client.ts";
import type { AnswerEvent } from "./conversation.ts";

/** Executors that one question is offered to, where the visitor leaves the choice. */
const MOST_TRIES = 4;
const SAMPLING = { temperatureMilli: 0, topPMilli: 1000, topK: 0, stop: [], responseFormat: "text" as const };

export interface DirectQuestion {
  readonly domain: CommitmentDomain;
  /** In the order in which they are asked; the next one only while nobody has said a word. */
  readonly offers: readonly SignedOffer[];
  readonly messages: readonly ChatMessage[];
  readonly maxTokens: number;
}

/**
 * The offers of a model in the order in which they are asked: of one executor alone if it is named; else of executors that have a stake by
 * the index's word, first those whose channel the account has filled, each by price.
 */
export function inOrder(
  offers: readonly SignedOffer[],
  {
    model,
    executor,
    staked,
    funded,
  }: {
    readonly model: string;
    readonly executor: Address | undefined;
    /** Undefined where the index does not say. */
    readonly staked: ReadonlySet<string> | undefined;
    readonly funded: ReadonlySet<string>;
  },
): readonly SignedOffer[] {
  const wanted = offers.filter(({ offer }) => offer.model === model);
  if (executor !== undefined) return wanted.filter(({ offer }) => offer.executor === executor);
  const rank = ({ offer }: SignedOffer): number => (funded.has(offer.executor) ? 0 : 1);
  return wanted
    .filter(({ offer }) => staked === undefined || staked.has(offer.executor))
    .toSorted((a, b) => rank(a) - rank(b) || Number(priceOf(a) - priceOf(b)));
}

const priceOf = ({ offer }: SignedOffer): bigint => offer.inboundPrice + offer.outboundPrice;

/** Asks executors themselves. At the signal the executor is told to stop, and the answer ends with what it had produced. */
export async function* askDirectly(
  client: PageClient,
  { domain, offers, messages, maxTokens }: DirectQuestion,
  signal: AbortSignal,
): AsyncGenerator<AnswerEvent> {
  let refusal = new LloomError("NO_EXECUTOR", "Nobody whom this page can reach offers the model now.");
  for (const signed of offers.slice(0, MOST_TRIES)) {
    const { executor, inboundPrice, outboundPrice } = signed.offer;
    yield { type: "executor", executor, prices: { inboundPrice, outboundPrice } };
    let text = "";
    try {
      const question = { messages, sampling: SAMPLING, maxOutboundTokens: maxTokens };
      for await (const event of client.ask(signed, question, signal)) {
        if (event.type === "status") yield { type: "status", says: statusWords(event) };
        if (event.type === "text") {
          text += event.text;
          yield event;
        }
        if (event.type !== "end") continue;
        const { receipt, salts } = event;
        const content = { prompt: { salt: salts.prompt, messages }, answer: { salt: salts.answer, text } };
        yield { type: "receipt", file: { receipt: { ...receipt, domain }, content } };
      }
      return;
    } catch (thrown) {
      refusal = asLloomError(thrown);
      if (text !== "" || signal.aborted || !refusal.retryable) throw refusal;
    }
  }
  throw refusal;
}

const statusWords = ({
  state,
  position,
}: {
  readonly state: "queued" | "running";
  readonly position: number;
}): string => (state === "queued" ? `Waiting; ${position} before it.` : "The executor reads the question.");

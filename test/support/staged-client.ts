import type { Address, Hex, Receipt } from "@lloom/protocol/commitment-types";
import type { ModelSummary } from "../../node/src/client/discover/model-summary.ts";
import type { Answered, AskEvent, Question } from "../../node/src/client/question.ts";
import { LloomError } from "../../node/src/errors.ts";
import type { GatewayClient } from "../../node/src/gateway/gateway-client.ts";

/** Stands in for the client of the network in the gateway's tests, to stage what HTTP must show. Signs nothing. */

const bytes = (byte: string, count: number): Hex => `0x${byte.repeat(count)}`;

export const EXECUTOR: Address = bytes("e1", 20);
export const DOMAIN = { chainId: 31337n, accounting: bytes("ac", 20) };

export const DEPLOYMENT = { domain: DOMAIN, token: { symbol: "LLT", decimals: 6 } };

export const RECEIPT: Receipt = {
  request: {
    client: bytes("c1", 20),
    executor: EXECUTOR,
    model: "lloom-tiny",
    promptHash: bytes("01", 32),
    paramsHash: bytes("02", 32),
    maxInboundTokens: 100n,
    maxOutboundTokens: 256n,
    inboundPrice: 100_000n,
    outboundPrice: 400_000n,
    lane: 7n,
    nonce: 1n,
    ackedCost: 0n,
    costCap: 1000n,
    prevResponseHash: bytes("00", 32),
    deadline: 1_900_000_000n,
  },
  response: {
    requestHash: bytes("03", 32),
    contentHash: bytes("04", 32),
    deliveryHash: bytes("05", 32),
    traceRoot: bytes("00", 32),
    inboundTokens: 9n,
    outboundTokens: 13n,
    cumulativeCost: 7n,
    cumulativeInbound: 9n,
    cumulativeOutbound: 13n,
    timestamp: 1_800_000_000n,
    finishReason: 1n,
  },
  clientSignature: { r: bytes("06", 32), vs: bytes("07", 32) },
  executorSignature: { r: bytes("08", 32), vs: bytes("09", 32) },
};

export const END: Answered = {
  type: "end",
  finishReason: "stop",
  receipt: RECEIPT,
  salts: { prompt: bytes("0b", 32), answer: bytes("0c", 32) },
  requestHash: bytes("03", 32),
  responseHash: bytes("0a", 32),
  cost: 7n,
  inboundTokens: 9,
  outboundTokens: 13,
  executor: EXECUTOR,
  weightsHash: bytes("0e", 32),
  attempts: 2,
};

function staged(model: string, terms: Omit<ModelSummary, "model" | "weights">): ModelSummary {
  return { model, ...terms, weights: [{ ...terms, hash: bytes("0e", 32), stake: 2_500_000n }] };
}

export const MODELS: ModelSummary[] = [
  staged("lloom-tiny", { executors: 3, inboundPrice: 100_000n, outboundPrice: 400_000n, maxContext: 512n }),
  staged("meta-llama/Llama-3.2", { executors: 1, inboundPrice: 5n, outboundPrice: 6n, maxContext: 131_072n }),
];

export type Script = (question: Question, signal: AbortSignal) => AsyncIterable<AskEvent>;

/** A client that follows a script and remembers what it was asked. */
export interface StagedClient extends GatewayClient {
  script: Script;
  offered: ModelSummary[];
  /** Something is offered anew. */
  readonly change: () => void;
  readonly asked: { question: Question; signal: AbortSignal }[];
}

export function stageClient(): StagedClient {
  const changes = new EventTarget();
  const staged: StagedClient = {
    script: () => answering("Hello!"),
    offered: MODELS,
    asked: [],
    ask(question, signal) {
      staged.asked.push({ question, signal });
      return staged.script(question, signal);
    },
    change: () => void changes.dispatchEvent(new Event("change")),
    changed: (signal) =>
      new Promise((resolve) => {
        changes.addEventListener("change", () => resolve(), { once: true, signal });
        signal.addEventListener("abort", () => resolve(), { once: true });
      }),
    models: async () => staged.offered,
    model: async (name) => staged.offered.find(({ model }) => model === name),
  };
  return staged;
}

/** An answer in pieces, then its receipt. */
export async function* answering(...texts: string[]): AsyncGenerator<AskEvent> {
  for (const text of texts) yield { type: "text", text };
  yield END;
}

/** Some text, then a failure. */
export async function* failing(error: Error, ...texts: string[]): AsyncGenerator<AskEvent> {
  for (const text of texts) yield { type: "text", text };
  throw error;
}

/** Some text, then nothing until the caller cancels. */
export async function* hanging(signal: AbortSignal, ...texts: string[]): AsyncGenerator<AskEvent> {
  for (const text of texts) yield { type: "text", text };
  const aborted = Promise.withResolvers<void>();
  signal.addEventListener("abort", () => aborted.resolve(), { once: true });
  if (!signal.aborted) await aborted.promise;
  throw new LloomError("CANCELLED", "The caller cancelled.");
}

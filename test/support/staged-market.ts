/**
 * A market in one process: the real client's way of asking, paying and checking, over executors that behave as staged and a
 * chain that is a table. Stages what liars do; nothing of the client is replaced.
 */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { privateKeyFromRaw } from "@libp2p/crypto/keys";
import { peerIdFromPrivateKey } from "@libp2p/peer-id";
import { type Address, type FinishReason, type Hex, ZERO_HASH } from "@lloom/protocol/commitment-types";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import type { ErrorCode } from "@lloom/protocol/error-codes";
import { embeddingOutbound } from "@lloom/protocol/form/embedding";
import { vectorLine } from "@lloom/protocol/form/vectors";
import { bytesToHex } from "@lloom/protocol/hex";
import { advance, EMPTY_LANE, type LaneState } from "@lloom/protocol/lane";
import type { ExecutorFrame, RequestFrame, Sampling } from "@lloom/protocol/messages";
import { hashProfile } from "@lloom/protocol/profile";
import { pino } from "pino";
import type { AskParts } from "../../node/src/client/ask/ask-state.ts";
import { askVerified } from "../../node/src/client/ask/ask-verified.ts";
import { type ClientOptions, clientSettings } from "../../node/src/client/client-options.ts";
import { OfferBook } from "../../node/src/client/discover/offer-book.ts";
import { PaymentChannels } from "../../node/src/client/pay/payment-channels.ts";
import type { AskEvent, Question } from "../../node/src/client/question.ts";
import { buildResponse } from "../../node/src/executor/answer/response.ts";
import type { InferPool, InferRequest } from "../../node/src/p2p/infer/infer-client.ts";
import { aborted } from "../../node/src/primitives/aborted.ts";
import { type ClientLog, openClientLog } from "../../node/src/store/client/client-log.ts";
import { openDatabase } from "../../node/src/store/database/database.ts";
import { type Identity, identityFromSecret } from "../../node/src/wallet/identity.ts";
import { recoverAddress } from "../../node/src/wallet/recover.ts";
import { TEST_CIPHER } from "./exchange.ts";

const TOKEN = { decimals: 6, symbol: "tUSD" };

/** What a staged executor does with a request. */
export type Conduct =
  | { readonly type: "honest" }
  /** Something else than the others say. */
  | { readonly type: "says"; readonly text: string }
  /** Makes a vector of each text, of its length and 1, or something else of these lines. */
  | {
      readonly type: "embeds";
      readonly lines?: (right: string) => string;
      readonly outboundTokens?: number;
      readonly finishReason?: Exclude<FinishReason, "failed">;
    }
  /** Honest, but silent until then. */
  | { readonly type: "waits"; readonly until: Promise<unknown> }
  | { readonly type: "refuses"; readonly code: ErrorCode }
  /** Never says a word. */
  | { readonly type: "stalls" }
  /** Its process is killed: the stream ends. */
  | { readonly type: "dies" }
  /** Some text, and then its backend fails. */
  | { readonly type: "breaksOff" }
  /** Some text, and then nothing. */
  | { readonly type: "freezes" }
  /** Counts as many tokens as the request allows. */
  | { readonly type: "overcounts" }
  /** Counts a prompt as the longest that it can be. */
  | { readonly type: "overcountsPrompt" }
  /** Signs that it answered, and says nothing. */
  | { readonly type: "saysNothing" }
  /** Signs with another key. */
  | { readonly type: "forges" };

export interface Offering {
  readonly price: bigint;
  /** Base units; 0 for a key without one. */
  readonly stake: number;
  /** What it does with its so-manieth request, from 0. */
  readonly conduct: (request: number) => Conduct;
  /** Stands beside its offer. */
  readonly profile?: string;
  /** None that is named unless given. */
  readonly weightsHash?: Hex;
}

export interface StagedExecutor extends Offering {
  readonly address: Address;
  readonly secret: Uint8Array;
  /** Requests that reached it. */
  requests: number;
}

export const MODEL = "staged";
export const ANSWER = "The loom weaves.";
/** What is asked when a test says nothing else. */
export const QUESTION: Question = {
  model: MODEL,
  messages: [{ role: "user", content: "What does the loom do?" }],
  sampling: { temperatureMilli: 0, topPMilli: 1000, topK: 0, stop: [], responseFormat: "text" },
  maxOutboundTokens: 64,
};
const DOMAIN = { chainId: 31_337n, accounting: `0x${"ac".repeat(20)}` as Address };
const DEPOSIT = 10n ** 18n;
const HOUR_MS = 3_600_000;

/** A client among staged executors. */
export class StagedMarket implements Disposable {
  readonly executors = new Map<Address, StagedExecutor>();
  /** Base units moved into the channel of each executor. */
  readonly allocated = new Map<Address, bigint>();
  readonly book: OfferBook;
  /** Of every request that reached somebody. */
  readonly samplings: Sampling[] = [];
  readonly requests: RequestFrame["request"][] = [];
  readonly store: ClientLog;
  nowMs = 1_800_000_000_000;
  /** What transactions wait for. */
  chainAnswers: () => Promise<unknown> = () => Promise.resolve();
  readonly #stack = new DisposableStack();
  readonly #hasher = createCommitmentHasher(DOMAIN);
  readonly #lanes = new Map<string, LaneState>();
  readonly #parts: AskParts;
  #deposit = DEPOSIT;

  constructor(
    options: ClientOptions = {},
    more: Partial<Pick<AskParts, "recounting" | "known" | "audit" | "odds" | "reach">> = {},
  ) {
    const path = mkdtempSync(join(tmpdir(), "lloom-market-"));
    this.book = new OfferBook(options.random ?? (() => 0.5));
    this.#stack.defer(() => rmSync(path, { recursive: true, force: true }));
    this.store = openClientLog(this.#stack.use(openDatabase(join(path, "client.sqlite"), { cipher: TEST_CIPHER })));
    this.#parts = { ...this.#assemble(options), ...more };
  }

  [Symbol.dispose](): void {
    this.#stack.dispose();
  }

  /** Somebody offers the model from now on. */
  join(offering: Offering, secret: Uint8Array = randomBytes(32)): StagedExecutor {
    const { address } = identityFromSecret(secret);
    const executor = { ...offering, address, secret, requests: 0 };
    this.executors.set(address, executor);
    this.speak(executor);
    return executor;
  }

  /** The executor sends its offer again. */
  speak({ address, secret, price, stake, profile, weightsHash = ZERO_HASH }: StagedExecutor): void {
    const key = privateKeyFromRaw(secret);
    const offer = {
      executor: address,
      offerId: BigInt(this.nowMs),
      model: MODEL,
      weightsHash,
      profileHash: hashProfile(profile),
      inboundPrice: price,
      outboundPrice: price,
      maxContext: 8192n,
      validUntil: BigInt(Math.floor((this.nowMs + HOUR_MS) / 1000)),
    };
    const multiaddrs = [`/ip4/127.0.0.1/tcp/1/p2p/${peerIdFromPrivateKey(key)}`];
    const signature = { r: ZERO_HASH, vs: ZERO_HASH };
    const signed = { offer, signature, multiaddrs, capacity: 4, load: 0, sentAt: this.nowMs };
    this.book.add({ ...signed, ...(profile !== undefined && { profile }) }, this.nowMs);
    this.book.setStake(address, stake);
  }

  /** The answer's text and the executors that were asked; throws what the client throws. */
  async ask(change: Partial<Question> = {}): Promise<{ readonly text: string; readonly asked: readonly Address[] }> {
    const question: Question = { ...QUESTION, ...change };
    let text = "";
    const asked: Address[] = [];
    for await (const event of this.events(question)) {
      if (event.type === "executor") asked.push(event.executor);
      if (event.type === "text") text += event.text;
    }
    return { text, asked };
  }

  events(question: Question, signal = new AbortController().signal): AsyncIterable<AskEvent> {
    return askVerified(this.#parts, question, signal);
  }

  #assemble(options: ClientOptions): AskParts {
    const identity = identityFromSecret(randomBytes(32));
    const settings = clientSettings({ clock: () => this.nowMs, exploration: 0, ...options });
    const done = async (): Promise<void> => undefined;
    const [store, hasher, book] = [this.store, this.#hasher, this.book];
    return {
      ...{ identity, hasher, store, settings, book, recover: recoverAddress },
      pool: this.#pool(),
      channels: this.#channels(identity, settings.channelStep),
      reach: done,
      background: (work) => void work,
      discover: done,
      survey: done,
      learnStake: done,
      token: TOKEN,
      networkView: ({ model }) => ({
        ...{ offered: book.model(model, this.nowMs), others: book.names(this.nowMs) },
        ...{ token: TOKEN, bootstrap: 1, peers: 1 },
      }),
      refresh: done,
      log: pino({ level: "silent" }),
    };
  }

  #channels(identity: Identity, step: bigint): PaymentChannels {
    return new PaymentChannels({
      ...{ identity, hasher: this.#hasher, store: this.store, step },
      readChannel: async (executor) => ({ balance: this.allocated.get(executor) ?? 0n, unlocking: 0n }),
      readDeposit: async () => this.#deposit,
      learnSettled: async () => undefined,
      allocate: async (executor, amount) => {
        await this.chainAnswers();
        this.#deposit -= amount;
        this.allocated.set(executor, (this.allocated.get(executor) ?? 0n) + amount);
      },
      token: TOKEN,
      deadlineSeconds: 600n,
      clock: () => this.nowMs,
    });
  }

  #pool(): InferPool {
    return {
      request: (request) => this.#serve(request),
      streams: () => 0,
      queuedBytes: () => 0,
      [Symbol.asyncDispose]: async () => undefined,
    };
  }

  async *#serve({ frame, signal }: InferRequest): AsyncGenerator<ExecutorFrame, void> {
    const executor = this.executors.get(frame.request.executor);
    if (executor === undefined) return;
    const conduct = executor.conduct(executor.requests);
    executor.requests += 1;
    this.samplings.push(frame.sampling);
    this.requests.push(frame.request);
    if (conduct.type === "refuses") {
      yield { type: "error", id: 1, code: conduct.code, message: "So it says." };
      return;
    }
    if (conduct.type === "dies") return;
    if (conduct.type === "waits") await conduct.until;
    if (conduct.type !== "stalls") {
      yield { type: "status", id: 1, state: "running", position: 0 };
      const text = textOf(conduct, frame);
      if (text !== "") yield { type: "token", id: 1, text };
    }
    if (conduct.type === "breaksOff") yield { type: "error", id: 1, code: "BACKEND_FAILED", message: "It failed." };
    else if (conduct.type === "stalls" || conduct.type === "freezes") await aborted(signal);
    else yield this.#answer(frame, { executor, conduct });
  }

  #answer(
    { request, messages }: Pick<RequestFrame, "request" | "messages">,
    { executor, conduct }: { readonly executor: StagedExecutor; readonly conduct: Conduct },
  ): ExecutorFrame {
    const key = `${executor.address}/${request.lane}`;
    const lane = this.#lanes.get(key) ?? EMPTY_LANE;
    const requestHash = this.#hasher.hashRequest(request);
    const contentSalt: Hex = bytesToHex(randomBytes(32));
    const text = textOf(conduct, { messages });
    const outboundTokens = outboundOf(conduct, { text, most: Number(request.maxOutboundTokens) });
    const finishReason = conduct.type === "embeds" ? (conduct.finishReason ?? "stop") : "stop";
    const inboundTokens = conduct.type === "overcountsPrompt" ? Number(request.maxInboundTokens) : 6;
    const answer = { text, inboundTokens, outboundTokens, finishReason };
    const response = buildResponse({ request, requestHash, lane, answer, contentSalt, nowMs: this.nowMs });
    const responseHash = this.#hasher.hashResponse(response);
    this.#lanes.set(key, advance(lane, response, responseHash));
    const signer = identityFromSecret(conduct.type === "forges" ? randomBytes(32) : executor.secret);
    return { type: "response", id: 1, response, signature: signer.sign(responseHash), contentSalt };
  }
}

function textOf(conduct: Conduct, { messages }: Pick<RequestFrame, "messages">): string {
  if (conduct.type === "saysNothing") return "";
  if (conduct.type === "says") return conduct.text;
  if (conduct.type !== "embeds") return ANSWER;
  const right = messages.map(({ content }) => vectorLine([content.length, 1]) ?? "").join("");
  return conduct.lines?.(right) ?? right;
}

function outboundOf(conduct: Conduct, { text, most }: { readonly text: string; readonly most: number }): number {
  if (conduct.type === "overcounts") return most;
  return conduct.type === "embeds" ? (conduct.outboundTokens ?? embeddingOutbound(text)) : 4;
}

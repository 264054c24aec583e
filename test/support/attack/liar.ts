/** An executor with a stake that lures with a price and then lies, on real libp2p; what it can settle, it settles. */
import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { type Address, type Receipt, ZERO_HASH } from "@lloom/protocol/commitment-types";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import { bytesToHex } from "@lloom/protocol/hex";
import { advance, EMPTY_LANE, type LaneState } from "@lloom/protocol/lane";
import { settle } from "../../../node/src/chain/account/settle.ts";
import type { Chain } from "../../../node/src/chain/chain.ts";
import { LloomError } from "../../../node/src/errors.ts";
import { buildResponse } from "../../../node/src/executor/answer/response.ts";
import { OwnOffers } from "../../../node/src/executor/offer/own-offers.ts";
import type { Log } from "../../../node/src/log.ts";
import type { Host } from "../../../node/src/p2p/host/host.ts";
import type { ExecutorFrameBody } from "../../../node/src/p2p/infer/answer-queue.ts";
import { serveInfer } from "../../../node/src/p2p/infer/infer-server.ts";
import type { InferCall } from "../../../node/src/p2p/infer/infer-session.ts";
import { aborted } from "../../../node/src/primitives/aborted.ts";
import type { Identity } from "../../../node/src/wallet/identity.ts";
import { gossip } from "./gossip.ts";
import { ATTACKED_MODEL, knownAnswer, knownInbound, knownPieces } from "./known-answer.ts";

/** How it lies. */
export const LIES = ["refuses", "stalls", "forges", "inflates", "breaksOff"] as const;
export type Lie = (typeof LIES)[number];

export interface LiarOptions {
  readonly identity: Identity;
  readonly chain: Chain;
  readonly host: Host;
  readonly log: Log;
  readonly lie: Lie;
  /** Right answers before the first lie. */
  readonly honestFirst: number;
  readonly signal: AbortSignal;
}

/** What it did to one client. */
interface Deeds {
  honest: number;
  lies: number;
  /** Base units that its right answers cost. */
  earned: bigint;
  /** Base units: caps of the requests that it lied to, together. */
  caps: bigint;
}

/** What a liar did to one client, as its process prints it. */
export interface ToldDeeds {
  readonly lie: Lie;
  readonly executor: Address;
  readonly client: Address;
  readonly honest: number;
  readonly lies: number;
  /** Base units, decimal. */
  readonly earned: string;
  readonly caps: string;
}

/** Cheaper than anybody honest. */
const PRICE = { inboundPrice: 10_000n, outboundPrice: 40_000n };
const OFFER_TTL_MS = 60_000;
const OFFER_MS = 3_000;

/** A liar at work. */
export class Liar {
  readonly #deeds = new Map<Address, Deeds>();
  readonly #options: LiarOptions;
  readonly #hasher: ReturnType<typeof createCommitmentHasher>;
  readonly #lanes = new Map<string, LaneState>();
  /** The best claim on each lane. */
  readonly #claims = new Map<string, Receipt>();
  #requests = 0;

  constructor(options: LiarOptions) {
    this.#options = options;
    this.#hasher = createCommitmentHasher(options.chain.domain);
  }

  /** Serves and offers until the signal. */
  async run(): Promise<void> {
    const { host, log, identity, signal } = this.#options;
    await serveInfer(host, { handle: (call) => this.#handle(call), log });
    const nothing = (): undefined => undefined;
    const { hashOffer } = this.#hasher;
    const offers = new OwnOffers({
      ...{ hashOffer, sign: identity.sign, ttlMs: OFFER_TTL_MS, stands: () => true, onMake: nothing },
    });
    const executor = identity.address;
    const terms = { executor, model: ATTACKED_MODEL, weightsHash: ZERO_HASH };
    while (!signal.aborted) {
      offers.renew([{ ...terms, ...PRICE, maxContext: 4096n }], Date.now());
      const load = { multiaddrs: host.multiaddrs(), capacity: 64, load: 0 };
      for (const offer of offers.list(load, Date.now())) await gossip(host, offer);
      await pause(OFFER_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Claims everything on chain that it holds a client's signature for. */
  async cashIn(): Promise<void> {
    if (this.#claims.size > 0) await settle(this.#options.chain, [...this.#claims.values()]);
  }

  /** What it did, to each client. */
  told(): ToldDeeds[] {
    const { lie, identity } = this.#options;
    return [...this.#deeds].map(([client, { earned, caps, ...counts }]) => {
      const money = { earned: String(earned), caps: String(caps) };
      return { lie, executor: identity.address, client, ...counts, ...money };
    });
  }

  async *#handle(call: InferCall): AsyncGenerator<ExecutorFrameBody> {
    const isHonest = this.#requests < this.#options.honestFirst;
    this.#requests += 1;
    const { request } = call.frame;
    const deeds: Deeds = this.#deeds.get(request.client) ?? { honest: 0, lies: 0, earned: 0n, caps: 0n };
    this.#deeds.set(request.client, deeds);
    if (isHonest) {
      deeds.honest += 1;
      yield* this.#answer(call, deeds);
      return;
    }
    deeds.lies += 1;
    deeds.caps += request.costCap - request.ackedCost;
    const question = call.frame.messages.at(-1)?.content ?? "";
    const most = this.#sign(call, {
      text: knownAnswer(question),
      inboundTokens: Number(request.maxInboundTokens),
      outboundTokens: Number(request.maxOutboundTokens),
    });
    yield* this.#lie(call, most);
  }

  async *#lie({ signal, frame }: InferCall, most: ResponseFrameBody): AsyncGenerator<ExecutorFrameBody> {
    const pieces = knownPieces(frame.messages.at(-1)?.content ?? "");
    const { lie } = this.#options;
    if (lie === "refuses") throw new LloomError("REQUEST_INVALID", "messages: must be something else.");
    if (lie === "stalls") {
      await aborted(signal);
      throw new LloomError("BACKEND_FAILED", "It says nothing.");
    }
    const half = Math.ceil(pieces.length / 2);
    for (const text of pieces.slice(0, lie === "breaksOff" ? half : undefined)) yield { type: "token", text };
    if (lie === "breaksOff") throw new LloomError("BACKEND_FAILED", "It broke in the middle.");
    if (lie === "inflates") yield most;
    else yield { ...most, response: { ...most.response, contentHash: ZERO_HASH } };
  }

  async *#answer(call: InferCall, deeds: Deeds): AsyncGenerator<ExecutorFrameBody> {
    const question = call.frame.messages.at(-1)?.content ?? "";
    const pieces = knownPieces(question);
    const { inboundTokens, outboundTokens } = { inboundTokens: knownInbound(question), outboundTokens: pieces.length };
    const last = this.#sign(call, { text: pieces.join(""), inboundTokens, outboundTokens });
    const { request } = call.frame;
    deeds.earned += last.response.cumulativeCost - request.ackedCost;
    this.#lanes.set(
      laneOf(request),
      advance(this.#laneState(call), last.response, this.#hasher.hashResponse(last.response)),
    );
    for (const text of pieces) yield { type: "token", text };
    yield last;
  }

  #laneState({ frame: { request } }: InferCall): LaneState {
    return this.#lanes.get(laneOf(request)) ?? EMPTY_LANE;
  }

  #sign(
    call: InferCall,
    counted: { readonly text: string; readonly inboundTokens: number; readonly outboundTokens: number },
  ): ResponseFrameBody {
    const { request, signature: clientSignature } = call.frame;
    const { identity } = this.#options;
    const contentSalt = bytesToHex(randomBytes(32));
    const response = buildResponse({
      ...{ request, requestHash: this.#hasher.hashRequest(request), lane: this.#laneState(call), contentSalt },
      answer: { ...counted, finishReason: "stop" },
      nowMs: Date.now(),
    });
    const signature = identity.sign(this.#hasher.hashResponse(response));
    this.#claims.set(laneOf(request), { request, response, clientSignature, executorSignature: signature });
    return { type: "response", response, signature, contentSalt };
  }
}

type ResponseFrameBody = Extract<ExecutorFrameBody, { type: "response" }>;

const laneOf = ({ client, lane }: { readonly client: Address; readonly lane: bigint }): string => `${client}/${lane}`;

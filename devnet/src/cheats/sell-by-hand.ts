import { randomBytes } from "node:crypto";
import type { Receipt } from "@lloom/protocol/commitment-types";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import { bytesToHex } from "@lloom/protocol/hex";
import { advance, EMPTY_LANE, type LaneState } from "@lloom/protocol/lane";
import type { BackendModel } from "../../../node/src/backend/backend.ts";
import { settle } from "../../../node/src/chain/account/settle.ts";
import { openStakeView } from "../../../node/src/chain/read/stake-view.ts";
import { produce } from "../../../node/src/executor/answer/produce.ts";
import { type Answer, buildResponse } from "../../../node/src/executor/answer/response.ts";
import { type ExecutorOptions, executorSettings } from "../../../node/src/executor/executor-options.ts";
import type { ExecutorParts } from "../../../node/src/executor/executor-parts.ts";
import { OfferPublisher } from "../../../node/src/executor/offer/offer-publisher.ts";
import { OwnOffers, offerTerms } from "../../../node/src/executor/offer/own-offers.ts";
import { joinOfferTopic } from "../../../node/src/p2p/discovery/offer-topic.ts";
import type { ExecutorFrameBody } from "../../../node/src/p2p/infer/answer-queue.ts";
import { serveInfer } from "../../../node/src/p2p/infer/infer-server.ts";
import type { InferCall } from "../../../node/src/p2p/infer/infer-session.ts";
import { inParts, serveRpc } from "../../../node/src/p2p/rpc/rpc.ts";
import { aborted } from "../../../node/src/primitives/aborted.ts";
import { steadyClock, wallClock } from "../../../node/src/primitives/clock.ts";
import { VERSION } from "../../../node/src/version.ts";
import type { ProvenCheat } from "./kinds.ts";

export interface HandParts extends Omit<ExecutorParts, "store"> {
  readonly cheat: ProvenCheat;
  readonly options: Pick<ExecutorOptions, "price">;
}

type ResponseBody = Extract<ExecutorFrameBody, { type: "response" }>;

/** What was claimed beyond what was sent. */
const INVENTED_TOKENS = 40;

/**
 * Sells the backend's models as somebody does who speaks the protocol with a program of its own: it signs whatever pays, and
 * claims that on chain at once. Nobody can be made to keep a log, or to answer a dispute.
 */
export async function sellByHand(parts: HandParts): Promise<AsyncDisposable> {
  const { host, log, backend, identity, chain } = parts;
  const settings = executorSettings(parts.options, chain.unlockDelaySeconds);
  const hasher = createCommitmentHasher(chain.domain);
  await using stack = new AsyncDisposableStack();
  const hand = new Hand(parts, hasher);
  stack.use(await serveInfer(host, { handle: (call) => hand.answer(call), log }));
  const nothing = (): undefined => undefined;
  const { offerTtlMs: ttlMs, offerIntervalMs: intervalMs, listModelsMs } = settings;
  const offers = new OwnOffers({
    ...{ hashOffer: hasher.hashOffer, sign: identity.sign, ttlMs },
    stands: () => true,
    onMake: nothing,
  });
  const renew = (models: readonly BackendModel[]): void =>
    offers.renew(offerTerms(models, settings, identity.address), wallClock());
  renew(await backend.listModels(settings.starting));
  const told = (model?: string) =>
    offers.list({ multiaddrs: host.multiaddrs(), capacity: settings.concurrency, load: 0 }, wallClock(), model);
  const startedMs = steadyClock();
  stack.use(
    await serveRpc(host, {
      offers: ({ model } = {}) => told(model),
      health: () => ({
        ...{ role: "executor", version: VERSION, peers: host.peers(), offers: 1, load: 0 },
        uptimeMs: Math.floor(steadyClock() - startedMs),
      }),
      vocabulary: inParts((hash) => backend.vocabulary?.(hash)),
      log,
    }),
  );
  // Whoever passes on offers of strangers loses its place in the gossip.
  const stakes = openStakeView(chain, { peers: host });
  const topic = stack.use(
    joinOfferTopic(host, { stakes, accept: nothing, onOffer: nothing, onWithdraw: nothing, log }),
  );
  stack.use(
    new OfferPublisher({ backend, topic, onModels: renew, offers: () => told(), intervalMs, listModelsMs, log }),
  );
  return stack.move();
}

const ANSWER_MS = 60_000;

interface Signed {
  readonly body: ResponseBody;
  readonly receipt: Receipt;
  /** The lane after it. */
  readonly next: LaneState;
}

const laneOf = ({ request: { client, lane } }: InferCall["frame"]): string => `${client}/${lane}`;

/** Answers requests one after the other of each lane, and claims what it has signed. */
class Hand {
  readonly #parts: HandParts;
  readonly #hasher: ReturnType<typeof createCommitmentHasher>;
  readonly #lanes = new Map<string, LaneState>();

  constructor(parts: HandParts, hasher: ReturnType<typeof createCommitmentHasher>) {
    this.#parts = parts;
    this.#hasher = hasher;
  }

  async *answer(call: InferCall): AsyncGenerator<ExecutorFrameBody> {
    const answer = await this.#produce(call);
    const right = this.#sign(call, answer);
    if (this.#parts.cheat === "withhold") {
      this.#claim(right.receipt);
      await aborted(call.signal);
      return;
    }
    const outboundTokens = answer.outboundTokens + INVENTED_TOKENS;
    const other = this.#sign(call, { ...answer, outboundTokens });
    // The lane goes on from what the client has.
    this.#lanes.set(laneOf(call.frame), right.next);
    this.#claim(other.receipt);
    yield { type: "token", text: answer.text };
    yield right.body;
  }

  /** Whatever becomes of the client, the answer is finished: it is paid by the token. */
  #produce({ frame: { request, messages, sampling } }: InferCall): Promise<Answer> {
    const [maxOutboundTokens, asOfSeconds] = [Number(request.maxOutboundTokens), Number(request.deadline)];
    return produce({
      backend: this.#parts.backend,
      completion: { model: request.model, messages, sampling, maxOutboundTokens, asOfSeconds },
      ...{ signal: new AbortController().signal, timeoutMs: ANSWER_MS, deadlineMs: ANSWER_MS },
      send: async () => undefined,
    });
  }

  #sign({ frame }: InferCall, answer: Answer): Signed {
    const { request, signature: clientSignature } = frame;
    const lane = this.#lanes.get(laneOf(frame)) ?? EMPTY_LANE;
    const contentSalt = bytesToHex(randomBytes(32));
    const requestHash = this.#hasher.hashRequest(request);
    const response = buildResponse({ request, requestHash, lane, answer, contentSalt, nowMs: wallClock() });
    const responseHash = this.#hasher.hashResponse(response);
    const signature = this.#parts.identity.sign(responseHash);
    return {
      body: { type: "response", response, signature, contentSalt },
      receipt: { request, response, clientSignature, executorSignature: signature },
      next: advance(lane, response, responseHash),
    };
  }

  #claim(receipt: Receipt): void {
    const { chain, log } = this.#parts;
    settle(chain, [receipt]).catch((thrown: unknown) => log.warn({ problem: String(thrown) }, "a claim failed"));
  }
}

import { createCommitmentHasher } from "@lloom/protocol/commitments";
import { executorKey, modelKey } from "@lloom/protocol/names";
import { offerProblem } from "@lloom/protocol/offers";
import type { Backend, BackendModel } from "../backend/backend.ts";
import type { Chain } from "../chain/chain.ts";
import { readLane } from "../chain/reads.ts";
import { settle } from "../chain/settle.ts";
import { LloomError } from "../errors.ts";
import type { Log } from "../log.ts";
import { joinOfferTopic } from "../p2p/discovery/offer-topic.ts";
import { announce } from "../p2p/discovery/provider-records.ts";
import type { Host } from "../p2p/host/host.ts";
import { serveInfer } from "../p2p/infer/infer-server.ts";
import { serveRpc } from "../p2p/rpc/rpc.ts";
import { toSeconds } from "../primitives/clock.ts";
import type { ExecutorLog } from "../store/executor-log.ts";
import { VERSION } from "../version.ts";
import type { Identity } from "../wallet/identity.ts";
import { recoverAddress } from "../wallet/recover.ts";
import type { AdmissionParts } from "./admit/admit.ts";
import { principalReader, readKnownChannel } from "./admit/chain-facts.ts";
import { ChannelCache } from "./admit/channel-cache.ts";
import { WorkQueue } from "./admit/work-queue.ts";
import { type AnswerParts, signSavedAnswers } from "./answer/answer.ts";
import { OpenRequests } from "./answer/open-requests.ts";
import { drain } from "./drain.ts";
import { type ExecutorOptions, type ExecutorSettings, executorSettings } from "./executor-options.ts";
import { Counter, type ExecutorStatus } from "./executor-status.ts";
import { urgeUnlocking, watchChannels } from "./follow-chain.ts";
import { OfferPublisher } from "./offer/offer-publisher.ts";
import { OwnOffers, offerTerms } from "./offer/own-offers.ts";
import { keepTidy } from "./settle/keep-tidy.ts";
import { Settlement } from "./settle/settlement.ts";

/** How long the backend may take to tell its models at the start. */
const START_TIMEOUT_MS = 60_000;

/** What an executor is made of; all of it outlives the executor and is closed by whoever opened it. */
export interface ExecutorParts {
  readonly identity: Identity;
  readonly chain: Chain;
  readonly store: ExecutorLog;
  readonly backend: Backend;
  readonly host: Host;
  readonly log: Log;
}

/** A node that sells answers. Disposing of it stops at once: what running requests have produced is signed and told. */
export interface Executor extends AsyncDisposable {
  /**
   * Leaves in order: refuses new requests, withdraws its offers, finishes those that run, settles everything. When the signal
   * aborts, the answers that still run are ended, signed as cancelled with what they hold, and settled in the grace that the
   * options leave; what cannot be settled stays in the log for the next start.
   */
  drain(signal: AbortSignal): Promise<void>;
  /** Settles everything that is owed now. Throws what the chain throws, once the signal aborts or trying is in vain. */
  settleNow(signal: AbortSignal): Promise<void>;
  status(): ExecutorStatus;
  /** Offers new prices from now on; requests at the old ones, if those were lower, are refused with PRICE_REFUSED. */
  reprice(prices: Pick<ExecutorOptions, "price" | "modelPrices">): void;
}

/**
 * Starts to sell the backend's models. Signs first what a crash left unsigned.
 * Throws LloomError of backend, store, chain and host.
 */
export async function createExecutor(parts: ExecutorParts, options: ExecutorOptions): Promise<Executor> {
  const settings = executorSettings(options, parts.chain.unlockDelaySeconds);
  await using stack = new AsyncDisposableStack();
  const pipeline = openPipeline(parts, settings, stack);
  signSavedAnswers(pipeline.answering);
  const models = await parts.backend.listModels(AbortSignal.timeout(START_TIMEOUT_MS));
  pipeline.renew(models);
  if (pipeline.offers.models().length === 0) throw nothingToOffer(settings.models, models);
  await followChain(parts, { settings, pipeline, stack });
  const network = await joinNetwork(parts, { settings, pipeline, stack });
  return new RunningExecutor({ pipeline, network, stack: stack.move() });
}

/** Models named in an error at most. */
const MOST_NAMED = 10;

function nothingToOffer(wanted: readonly string[], models: readonly BackendModel[]): LloomError {
  const has = models.slice(0, MOST_NAMED).map(({ model }) => model);
  const offered = wanted.length === 0 ? "no model" : `none of the models to offer (${wanted.join(", ")})`;
  return new LloomError("CONFIG_INVALID", `The backend has ${offered}.`, {
    next: has.length > 0 ? `Give --models some of what it has: ${has.join(", ")}.` : "Load a model into the backend.",
  });
}

type Pipeline = ReturnType<typeof openPipeline>;

/** Everything that judges, answers and settles, not yet reachable by anybody. */
function openPipeline(parts: ExecutorParts, settings: ExecutorSettings, stack: AsyncDisposableStack) {
  const { identity, chain, store, backend, log } = parts;
  const { clock } = settings;
  const executor = identity.address;
  const hasher = createCommitmentHasher(chain.domain);
  const queue = new WorkQueue(settings);
  const counter = new Counter();
  const offers = new OwnOffers({ hashOffer: hasher.hashOffer, sign: identity.sign, ttlMs: settings.offerTtlMs });
  const channels = new ChannelCache((client) => readKnownChannel(chain, { client, executor, nowMs: clock() }));
  const settlement = stack.use(
    new Settlement({
      store,
      settle: async (receipts, signal) => (await settle(chain, receipts, { signal })).pairs,
      readLane: ({ client, lane }) => readLane(chain, { client, executor, lane }),
      onPaid: (client) => channels.forget(client),
      settleAmount: settings.settleAmount,
      settleAgeMs: settings.settleAgeMs,
      checkMs: settings.settleCheckMs,
      clock,
      log,
    }),
  );
  const admission: AdmissionParts = {
    ...{ executor, hasher, store, channels, backend, queue, clock },
    recover: recoverAddress,
    offerOf: (model) => offers.of(model),
    principalOf: principalReader(chain, clock),
    settledNonceOf: async (client, lane) => (await readLane(chain, { client, executor, lane })).nonce,
    unlockMarginSeconds: settings.unlockMarginSeconds,
  };
  const answering: AnswerParts = {
    ...{ identity, hasher, store, backend, queue, clock, log },
    answerTimeoutMs: settings.answerTimeoutMs,
    onAnswered: (cost) => {
      counter.answered += 1;
      settlement.noteAnswer(cost);
    },
    onFailed: () => {
      counter.failed += 1;
    },
  };
  let known: readonly BackendModel[] = [];
  let prices: Pick<ExecutorSettings, "price" | "modelPrices"> = settings;
  const renew = (models = known): void => {
    known = models;
    offers.renew(offerTerms(models, { ...settings, ...prices }, executor), clock());
  };
  const reprice: Executor["reprice"] = ({ price, modelPrices = {} }) => {
    prices = { price, modelPrices };
    renew();
  };
  return {
    requests: new OpenRequests({ admission, answering, counter }),
    ...{ settlement, channels, queue, offers, counter, answering },
    graceMs: settings.drainGraceMs,
    renew,
    reprice,
  };
}

interface Opening {
  readonly settings: ExecutorSettings;
  readonly pipeline: Pipeline;
  readonly stack: AsyncDisposableStack;
}

/** Watches channels from now on, and looks after those that changed while this node was away. */
async function followChain(
  { chain, identity, store, log }: ExecutorParts,
  { settings, pipeline, stack }: Opening,
): Promise<void> {
  const { channels, settlement } = pipeline;
  const watched = { chain, executor: identity.address, store, channels, settlement };
  const stop = new AbortController();
  const fromBlock = (await chain.provider.getBlockNumber()) + 1;
  const watching = watchChannels(watched, { pollMs: settings.watchPollMs, fromBlock, signal: stop.signal });
  const tidying = keepTidy(store, { clock: settings.clock, signal: stop.signal, log });
  stack.defer(async () => {
    stop.abort();
    await Promise.all([watching, tidying]);
  });
  await urgeUnlocking(watched);
}

type Network = Awaited<ReturnType<typeof joinNetwork>>;

/** Joins the network: serves requests and calls, publishes offers, announces itself. */
async function joinNetwork(parts: ExecutorParts, { settings, pipeline, stack }: Opening) {
  const { host, chain, backend, log } = parts;
  const { requests, offers, queue, answering } = pipeline;
  const { clock, offerIntervalMs, listModelsMs, concurrency } = settings;
  const ownOffers = (model?: string) => {
    if (requests.isDraining) return [];
    pipeline.renew();
    const load = queue.running + queue.waiting;
    return offers.list({ multiaddrs: host.multiaddrs().slice(0, 16), capacity: concurrency, load }, clock(), model);
  };
  const startedAtMs = clock();
  stack.use(await serveInfer(host, { handle: (call) => requests.handle(call), log }));
  stack.use(
    await serveRpc(host, {
      offers: ownOffers,
      health: () => ({
        role: "executor",
        version: VERSION,
        uptimeMs: Math.max(0, Math.floor(clock() - startedAtMs)),
        peers: host.peers(),
        offers: offers.models().length,
        load: queue.running + queue.waiting,
      }),
      log,
    }),
  );
  const topic = stack.use(
    joinOfferTopic(host, {
      // Others' offers are only passed on; still, nothing false is.
      accept: (signed) =>
        offerProblem({ hasher: answering.hasher, recover: recoverAddress, signed, nowSeconds: toSeconds(clock()) }),
      onOffer: () => undefined,
      onWithdraw: () => undefined,
      log,
    }),
  );
  const publisher = stack.use(
    new OfferPublisher({
      backend,
      topic,
      onModels: pipeline.renew,
      offers: ownOffers,
      intervalMs: offerIntervalMs,
      listModelsMs,
      log,
    }),
  );
  const keys = [executorKey(chain.network), ...offers.models().map((model) => modelKey(chain.network, model))];
  const announcement = stack.use(announce(host, { keys, log, signal: new AbortController().signal }));
  return { topic, publisher, announcement };
}

interface Running {
  readonly pipeline: Pipeline;
  readonly network: Network;
  readonly stack: AsyncDisposableStack;
}

class RunningExecutor implements Executor {
  readonly #running: Running;

  constructor(running: Running) {
    this.#running = running;
  }

  async drain(signal: AbortSignal): Promise<void> {
    const { pipeline, network } = this.#running;
    const { requests, settlement, graceMs } = pipeline;
    const { log } = pipeline.answering;
    const sayGoodbye = async (): Promise<void> => {
      await network.publisher[Symbol.asyncDispose]();
      await Promise.all([network.topic.withdraw(), network.announcement.stop()]);
    };
    await drain({ requests, settlement, sayGoodbye, graceMs, log }, signal);
  }

  async settleNow(signal: AbortSignal): Promise<void> {
    await this.#running.pipeline.settlement.settleAll(signal);
  }

  reprice(prices: Pick<ExecutorOptions, "price" | "modelPrices">): void {
    this.#running.pipeline.reprice(prices);
  }

  status(): ExecutorStatus {
    const { requests, queue, counter, settlement, offers } = this.#running.pipeline;
    const { answered, failed, refused } = counter;
    return {
      draining: requests.isDraining,
      running: queue.running,
      waiting: queue.waiting,
      ...{ answered, failed, refused },
      owed: settlement.owed,
      models: offers.models(),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { pipeline, network, stack } = this.#running;
    const hasSaidGoodbye = pipeline.requests.isDraining;
    pipeline.requests.drain();
    if (!hasSaidGoodbye) await network.topic.withdraw().catch(() => undefined);
    await stack.disposeAsync();
  }
}

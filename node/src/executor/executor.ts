import type { BackendModel } from "../backend/backend.ts";
import { chainUntil } from "../chain/chain-until.ts";
import { untilAborted } from "../chain/rpc/until-aborted.ts";
import { isEnded } from "../duties/party-rules.ts";
import { LloomError } from "../errors.ts";
import { keepTidy } from "../store/keep-tidy.ts";
import { answerDisputes } from "./dispute/answer-disputes.ts";
import { isOver } from "./dispute/answer-rules.ts";
import { OwnCounts } from "./dispute/count-own.ts";
import { drain } from "./drain.ts";
import { type ExecutorOptions, type ExecutorSettings, executorSettings } from "./executor-options.ts";
import type { ExecutorParts } from "./executor-parts.ts";
import type { ExecutorStatus } from "./executor-status.ts";
import { findPast, type PastFound } from "./find-past.ts";
import { urgeUnlocking, watchChannels } from "./follow-chain.ts";
import { type Joined, joinNetwork } from "./join-network.ts";
import { openPipeline, type Pipeline } from "./pipeline.ts";

/** How long the backend may take to tell its models at the start. */
const START_TIMEOUT_MS = 60_000;

/** A node that sells answers. Disposing of it stops at once: what running requests have produced is signed and told. */
export interface Executor extends AsyncDisposable {
  /** What it found of its own past at the start. */
  readonly past: PastFound;
  /**
   * Resolves when it cannot serve any more, with why: its log failed, or another process works with its key. It refuses
   * everything from then on; whoever hears of it drains it and lets it go.
   */
  readonly failed: Promise<LloomError>;
  /**
   * Leaves in order: refuses new requests, withdraws its offers, finishes those that run, settles everything. When the signal
   * aborts, the answers that still run are ended, signed as cancelled with what they hold, and settled in the grace that the
   * options leave; what cannot be settled stays in the log for the next start.
   */
  drain(signal: AbortSignal): Promise<void>;
  /** Refuses new requests and withdraws its offers, until it is to sell again; what runs goes on. */
  rest(): Promise<void>;
  /** Sells again after a rest, unless it cannot serve any more. */
  sellAgain(): void;
  /** Resolves when no request is open, or the signal aborts. */
  finish(signal: AbortSignal): Promise<void>;
  /** Settles everything that is owed now. Throws what the chain throws, once the signal aborts or trying is in vain. */
  settleNow(signal: AbortSignal): Promise<void>;
  status(): ExecutorStatus;
  /** Offers new prices from now on; requests at the old ones, if those were lower, are refused with PRICE_REFUSED. */
  reprice(prices: Pick<ExecutorOptions, "price" | "modelPrices">): void;
}

/**
 * Starts to sell the backend's models. Signs first what a crash left unsigned, and offers nothing before it has listened
 * whether somebody else works with its key. Throws LloomError of backend, store, chain and host, and KEY_IN_USE; STORE_FAILED where its disk has no room.
 */
export async function createExecutor(parts: ExecutorParts, options: ExecutorOptions): Promise<Executor> {
  const settings = executorSettings(options, parts.chain.unlockDelaySeconds);
  const full = parts.room?.problem();
  if (full !== undefined) throw full;
  await using stack = new AsyncDisposableStack();
  const pipeline = openPipeline(parts, settings, stack);
  const models = await parts.backend.listModels(AbortSignal.timeout(START_TIMEOUT_MS));
  const { past, keyWatch } = await findPast(parts, settings, pipeline);
  pipeline.renew(models);
  if (pipeline.offers.models().length === 0) throw nothingToOffer(settings.models, models);
  await followChain(parts, { settings, pipeline, stack });
  const joined = await joinNetwork(parts, { settings, pipeline, keyWatch, stack });
  return new RunningExecutor({ past, pipeline, joined, stack: stack.move() });
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

interface Opening {
  readonly settings: ExecutorSettings;
  readonly pipeline: Pipeline;
  readonly stack: AsyncDisposableStack;
}

/** Watches channels from now on, and looks after those that changed while this node was away. */
async function followChain(
  { chain, identity, backend, log }: ExecutorParts,
  { settings, pipeline, stack }: Opening,
): Promise<void> {
  const { channels, settlement, store } = pipeline;
  const counts = stack.use(new OwnCounts(backend));
  stack.use(
    answerDisputes({
      ...{ chain, executor: identity.address, store, log, pollMs: settings.watchPollMs },
      everyMs: settings.disputeCheckMs,
      ...{ appeals: settings.appeals, mostDeposits: settings.appealDeposits, count: counts.count },
      onNews: settings.onDispute,
      onWon: (client) => settlement.lift(client),
    }),
  );
  const watched = { chain, executor: identity.address, store, channels, settlement };
  const stop = new AbortController();
  const fromBlock = (await untilAborted(chain.provider.getBlockNumber(), settings.starting)) + 1;
  const watching = watchChannels(watched, { pollMs: settings.watchPollMs, fromBlock, signal: stop.signal });
  const chainSeconds = (): Promise<bigint> => untilAborted(chain.nowSeconds(), stop.signal);
  const tidying = keepTidy(store, { clock: settings.clock, chainSeconds, signal: stop.signal, log });
  stack.defer(async () => {
    stop.abort();
    await Promise.all([watching, tidying]);
  });
  await urgeUnlocking({ ...watched, chain: chainUntil(chain, settings.starting) });
}

interface Running {
  readonly past: PastFound;
  readonly pipeline: Pipeline;
  readonly joined: Joined;
  readonly stack: AsyncDisposableStack;
}

class RunningExecutor implements Executor {
  readonly #running: Running;
  /** What was in dispute when it was closed, its log with it; undefined before. */
  #disputesAtEnd: number | undefined;
  /** It refuses everything for good: it failed, or leaves. */
  #isOver = false;

  constructor(running: Running) {
    this.#running = running;
    // Whether somebody listens or not, who finds it closed is told so.
    void this.failed.then(() => this.#end());
  }

  get past(): PastFound {
    return this.#running.past;
  }

  get failed(): Promise<LloomError> {
    return this.#running.pipeline.failed.promise;
  }

  #end(): void {
    this.#isOver = true;
    this.#running.pipeline.requests.refuseNew();
  }

  async rest(): Promise<void> {
    const { pipeline, joined } = this.#running;
    pipeline.requests.refuseNew();
    await joined.withdraw();
  }

  sellAgain(): void {
    const { pipeline, joined } = this.#running;
    if (this.#isOver) return;
    pipeline.requests.takeNew();
    joined.tell();
  }

  finish(signal: AbortSignal): Promise<void> {
    return this.#running.pipeline.requests.none(signal);
  }

  async drain(signal: AbortSignal): Promise<void> {
    this.#isOver = true;
    const { pipeline, joined } = this.#running;
    const { requests, settlement, graceMs, answering } = pipeline;
    await drain({ requests, settlement, sayGoodbye: joined.leave, graceMs, log: answering.log }, signal);
  }

  async settleNow(signal: AbortSignal): Promise<void> {
    await this.#running.pipeline.settlement.settleAll(signal);
  }

  reprice(prices: Pick<ExecutorOptions, "price" | "modelPrices">): void {
    const { pipeline, joined } = this.#running;
    pipeline.reprice(prices);
    joined.tell();
  }

  status(): ExecutorStatus {
    const { requests, queue, counter, settlement, offers } = this.#running.pipeline;
    const { answered, failed, refused } = counter;
    return {
      draining: requests.refusesNew,
      running: queue.running,
      waiting: queue.waiting,
      ...{ answered, failed, refused },
      owed: settlement.owed,
      disputes: this.#disputesAtEnd ?? this.#disputes(),
      models: offers.models(),
    };
  }

  #disputes(): number {
    const { store } = this.#running.pipeline;
    const deliveries = store.openDuties("answer").filter(({ state }) => !isOver(state));
    const measured = store.openDuties("defend").filter(({ state }) => !isEnded(state));
    return deliveries.length + measured.length;
  }

  /** A log that broke says nothing more, and keeps nobody from closing. */
  #disputesAtClose(): number {
    try {
      return this.#disputes();
    } catch {
      return 0;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { joined, stack } = this.#running;
    this.#end();
    await joined.leave().catch(() => undefined);
    this.#disputesAtEnd ??= this.#disputesAtClose();
    await stack.disposeAsync();
  }
}

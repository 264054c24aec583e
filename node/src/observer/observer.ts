import type { JsonValue } from "@lloom/protocol/canonical";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import { SHEET_LIMITS } from "@lloom/protocol/observed/sheets";
import { offerProblem } from "@lloom/protocol/offers";
import { openStakeView, type StakeView } from "../chain/read/stake-view.ts";
import { asLloomError } from "../errors.ts";
import { joinOfferTopic } from "../p2p/discovery/offer-topic.ts";
import { type Clock, steadyClock, toSeconds, wallClock } from "../primitives/clock.ts";
import { pause } from "../primitives/pause.ts";
import { HOUR_MS, type Sample } from "../store/observer/sample-log.ts";
import { recoverAddress } from "../wallet/recover.ts";
import { CallTurns } from "./call-turns.ts";
import { Called } from "./called.ts";
import { HeardOffers } from "./heard-offers.ts";
import type { Observer, ObserverOptions, ObserverParts, SheetWanted } from "./observer-options.ts";
import { Publisher } from "./publish.ts";
import { keepSampling } from "./sampler.ts";
import { bookOf, executorsOf, modelsOf, pricesOf, type Seen, uptimeOf } from "./sheet-contents.ts";
import { Sightings } from "./sightings.ts";

const DEFAULTS = { sampleMs: 60_000, tidyIntervalMs: 30_000 } as const;

/** What an observer looks with, and what it has seen. */
interface Sight {
  readonly offers: HeardOffers;
  readonly called: Called;
  readonly sightings: Sightings;
  readonly stake: StakeView;
  readonly clock: Clock;
}

/**
 * Joins the network as a stranger: hears offers of executors with a stake, calls each in turn, keeps what it saw, and signs what it is
 * asked for. It buys nothing.
 */
export async function createObserver(parts: ObserverParts, options: ObserverOptions = {}): Promise<Observer> {
  const { clock = wallClock, sampleMs, tidyIntervalMs: intervalMs, random, onSample } = { ...DEFAULTS, ...options };
  const { chain, host, store } = parts;
  await using stack = new AsyncDisposableStack();
  const turns = new CallTurns({ everyMs: sampleMs, random: random ?? Math.random });
  const called = new Called(store, turns, clock());
  const stake = openStakeView(chain, { peers: host });
  const sight: Sight = { offers: new HeardOffers(), called, sightings: new Sightings(store), stake, clock };
  stack.use(joinGossip(parts, sight));
  const note = (sample: Sample): void => {
    sight.sightings.note(sample, sight.offers.list(clock(), sample.executor));
    onSample?.(sample.answered !== undefined);
  };
  const stop = new AbortController();
  const { signal } = stop;
  const working = Promise.all([
    keepSampling(parts, { turns, targetOf: (executor) => called.targetOf(executor), onSample: note, clock }, signal),
    keepTidy(parts, sight, { intervalMs, signal }),
  ]);
  stack.defer(async () => {
    stop.abort();
    await working;
  });
  const publisher = new Publisher(parts, clock);
  const resources = stack.move();
  return {
    sheet: (wanted) => publisher.sheet(JSON.stringify(wanted), wanted.kind, () => draw(parts, sight, wanted)),
    offerCount: () => sight.offers.size,
    executorCount: () => called.size,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

function joinGossip({ chain, host, log }: ObserverParts, { offers, called, stake, clock }: Sight): AsyncDisposable {
  const hasher = createCommitmentHasher(chain.domain);
  return joinOfferTopic(host, {
    stakes: stake,
    accept: (signed) => offerProblem({ hasher, recover: recoverAddress, signed, nowSeconds: toSeconds(clock()) }),
    onOffer: (signed) => {
      if (stake.isStaked(signed.offer.executor) !== true) return;
      offers.add(signed, clock());
      called.hear(signed, clock());
    },
    onWithdraw: (executor) => offers.remove(executor),
    log,
    clock,
  });
}

function draw({ store }: ObserverParts, { offers, called, sightings, clock }: Sight, wanted: SheetWanted): JsonValue {
  const nowMs = clock();
  const seen = (of: Parameters<HeardOffers["list"]>[1]): Seen => ({
    offers: offers.list(nowMs, of),
    healthOf: (executor) => sightings.health(executor, nowMs),
  });
  switch (wanted.kind) {
    case "book":
      return bookOf(seen(wanted.executor), wanted.modelHash);
    case "models":
      return modelsOf(seen(undefined));
    case "executors":
      return executorsOf(seen(undefined), called.executors());
    case "prices": {
      const { modelHash, sinceMs } = wanted;
      const newest = store.termsOfModel(modelHash, sinceMs, SHEET_LIMITS.changes);
      return pricesOf(modelHash, newest, store.countTermsOfModel(modelHash, sinceMs));
    }
    case "uptime":
      return uptimeOf(wanted.executor, store.hours(wanted.executor, wanted.sinceMs, SHEET_LIMITS.hours));
  }
}

/** Forgets expired offers, executors whose stake is gone, and what is too old to be kept. */
async function keepTidy(
  { store, log }: ObserverParts,
  { offers, called, stake, clock }: Sight,
  { intervalMs, signal }: { readonly intervalMs: number; readonly signal: AbortSignal },
): Promise<void> {
  let prunedAtMs = Number.NEGATIVE_INFINITY;
  while (!signal.aborted) {
    await pause(intervalMs, signal);
    try {
      called.tidy(clock());
      if (steadyClock() - prunedAtMs > HOUR_MS) {
        prunedAtMs = steadyClock();
        store.prune(clock());
      }
      if (signal.aborted) return;
      offers.prune(clock());
      for (const executor of called.executors())
        if ((await stake.get(executor))?.active === false) {
          offers.remove(executor);
          called.forget(executor);
        }
    } catch (thrown) {
      // The log says so to whoever watches it.
      log.warn({ problem: asLloomError(thrown).message }, "what was seen could not be tidied");
    }
  }
}

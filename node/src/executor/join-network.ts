import type { SignedOffer } from "@lloom/protocol/messages";
import { executorKey, modelKey } from "@lloom/protocol/names";
import { offerProblem } from "@lloom/protocol/offers";
import { openStakeView } from "../chain/read/stake-view.ts";
import { answerEvidence } from "../evidence/answer-evidence.ts";
import { joinOfferTopic } from "../p2p/discovery/offer-topic.ts";
import { announce } from "../p2p/discovery/provider-records.ts";
import { serveEvidence } from "../p2p/evidence/evidence-server.ts";
import { serveInfer } from "../p2p/infer/infer-server.ts";
import type { OffersWanted } from "../p2p/rpc/offers-wanted.ts";
import { inParts, serveRpc } from "../p2p/rpc/rpc.ts";
import { steadyClock, toSeconds } from "../primitives/clock.ts";
import { pause } from "../primitives/pause.ts";
import { VERSION } from "../version.ts";
import { recoverAddress } from "../wallet/recover.ts";
import { clientCalls } from "./dispute/client-calls.ts";
import { heldByExecutor } from "./dispute/held-evidence.ts";
import { entrustPairs } from "./entrust/entrust-pairs.ts";
import { type ExecutorSettings, inferLimits } from "./executor-options.ts";
import type { ExecutorParts } from "./executor-parts.ts";
import type { KeyWatch } from "./offer/key-watch.ts";
import { OfferPublisher } from "./offer/offer-publisher.ts";
import type { Pipeline } from "./pipeline.ts";

export interface Joining {
  readonly settings: ExecutorSettings;
  readonly pipeline: Pipeline;
  readonly keyWatch: KeyWatch;
  readonly stack: AsyncDisposableStack;
}

/** An executor's place in the network. */
export interface Joined {
  /** Says at once what is offered now. */
  tell(): void;
  /** Takes back what was offered; `tell` offers it again. */
  withdraw(): Promise<void>;
  /** Offers nothing more, and takes back what was offered. */
  leave(): Promise<void>;
}

const MOST_ADDRESSES = 16;

/** Joins the network: serves requests and calls, publishes offers, announces itself, and looks out for a double. */
export async function joinNetwork(parts: ExecutorParts, joining: Joining): Promise<Joined> {
  const { host, chain, log } = parts;
  const { settings, pipeline, stack } = joining;
  const { requests, offers, queue, answering, run } = pipeline;
  const { clock, concurrency } = settings;
  const ownOffers = ({ model, executor }: OffersWanted = {}): SignedOffer[] => {
    const isAsked = executor === undefined || executor === parts.identity.address;
    if (!isAsked || requests.refusesNew || run.ended !== undefined) return [];
    pipeline.renew();
    const load = queue.running + queue.waiting;
    const multiaddrs = host.multiaddrs().slice(0, MOST_ADDRESSES);
    return offers.list({ multiaddrs, capacity: concurrency, load }, clock(), model);
  };
  stack.use(
    await serveInfer(host, {
      handle: (call) => requests.handle({ ...call, onAdmitted: () => host.know(call.client.peerId) }),
      limits: inferLimits(settings),
      log,
    }),
  );
  await serveCalls(parts, joining, ownOffers);
  const topic = stack.use(
    joinOfferTopic(host, {
      stakes: openStakeView(chain, { peers: host }),
      // Others' offers are only passed on; still, nothing false is.
      accept: (signed) =>
        offerProblem({ hasher: answering.hasher, recover: recoverAddress, signed, nowSeconds: toSeconds(clock()) }),
      onOffer: () => undefined,
      onWithdraw: () => undefined,
      log,
    }),
  );
  const { backend } = parts;
  // When it last spoke is noted before it speaks: at the next start others must not have heard more than the log knows.
  const toPublish = (): SignedOffer[] => {
    const told = ownOffers();
    pipeline.store.noteWord(Math.max(0, ...told.map(({ sentAt }) => sentAt)));
    return told;
  };
  const { offerIntervalMs: intervalMs, listModelsMs } = settings;
  const publisher = stack.use(
    new OfferPublisher({ backend, topic, onModels: pipeline.renew, offers: toPublish, intervalMs, listModelsMs, log }),
  );
  const keys = [executorKey(chain.network), ...offers.models().map((model) => modelKey(chain.network, model))];
  const announcement = stack.use(announce(host, { keys, log, signal: new AbortController().signal }));
  lookOut(parts, joining);
  const { watchtowers, watchtowerFee: fee, entrustMs: everyMs, entrustAllMs: allEveryMs } = settings;
  const { hasher } = answering;
  const entrusted = { watchtowers, fee, everyMs, allEveryMs };
  stack.use(entrustPairs({ ...parts, hasher, store: pipeline.store, clock }, entrusted));
  const withdraw = async (): Promise<void> => {
    // Another process with this key would be withdrawn too: whoever stops for its sake says nothing.
    if (run.ended === undefined) await topic.withdraw();
  };
  const leave = async (): Promise<void> => {
    await publisher[Symbol.asyncDispose]();
    await Promise.all([withdraw(), announcement.stop()]);
  };
  let left: Promise<void> | undefined;
  return {
    tell: () => publisher.changed(),
    withdraw,
    leave: () => {
      left ??= leave();
      return left;
    },
  };
}

async function serveCalls(
  { host, chain, backend, log }: ExecutorParts,
  { pipeline, stack }: Joining,
  ownOffers: (wanted: OffersWanted) => SignedOffer[],
): Promise<void> {
  const { offers, queue, store, answering } = pipeline;
  const startedMs = steadyClock();
  stack.use(
    await serveRpc(host, {
      offers: ownOffers,
      ...clientCalls({ store, hasher: answering.hasher, recover: recoverAddress }),
      health: () => ({
        role: "executor",
        version: VERSION,
        uptimeMs: Math.floor(steadyClock() - startedMs),
        peers: host.peers(),
        offers: offers.models().length,
        load: queue.running + queue.waiting,
      }),
      vocabulary: inParts((hash) => backend.vocabulary?.(hash)),
      log,
    }),
  );
  const { hasher } = answering;
  const answers = heldByExecutor(store);
  stack.use(
    await serveEvidence(host, {
      handle: answerEvidence({ chain, hasher, recover: recoverAddress, answers }),
      log,
    }),
  );
}

/** Asks others again and again whether somebody else works with this key; then nothing more is signed here. */
function lookOut({ log }: ExecutorParts, { settings, pipeline, keyWatch, stack }: Joining): void {
  const stop = new AbortController();
  const { run, failed } = pipeline;
  const looking = (async () => {
    while (!stop.signal.aborted && run.ended === undefined) {
      await pause(settings.keyWatchMs * (0.5 + Math.random()), stop.signal);
      const problem = stop.signal.aborted ? undefined : await keyWatch.look(stop.signal);
      if (problem === undefined || stop.signal.aborted) continue;
      log.error({ code: problem.code, problem: problem.message }, "stopped signing");
      run.end(problem);
      failed.resolve(problem);
    }
  })();
  stack.defer(async () => {
    stop.abort();
    await looking;
  });
}

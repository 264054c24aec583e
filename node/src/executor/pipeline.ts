import type { Hex } from "@lloom/protocol/commitment-types";
import { type CommitmentHasher, createCommitmentHasher } from "@lloom/protocol/commitments";
import { offerMadeAtMs } from "@lloom/protocol/offers";
import type { BackendModel } from "../backend/backend.ts";
import { shownTokens } from "../chain/account/calls.ts";
import { settle } from "../chain/account/settle.ts";
import { chainUntil } from "../chain/chain-until.ts";
import { principalReader } from "../chain/read/principals.ts";
import { readLane } from "../chain/reads.ts";
import type { LloomError } from "../errors.ts";
import { Background } from "../primitives/background.ts";
import { watchStore } from "../store/database/watch-store.ts";
import { recoverAddress } from "../wallet/recover.ts";
import type { AdmissionParts } from "./admit/admit.ts";
import { readKnownChannel, settledNonceReader } from "./admit/chain-facts.ts";
import { ChannelCache, longestChannelAgeMs } from "./admit/channel-cache.ts";
import { OwnRun } from "./admit/own-run.ts";
import { WorkQueue } from "./admit/work-queue.ts";
import { type AnswerParts, signSavedAnswers } from "./answer/answer.ts";
import { OpenRequests } from "./answer/open-requests.ts";
import type { ExecutorOptions, ExecutorSettings } from "./executor-options.ts";
import type { ExecutorParts } from "./executor-parts.ts";
import { Counter } from "./executor-status.ts";
import { ModelTrials } from "./offer/model-trials.ts";
import { OwnOffers, type OwnOffersOptions, offerTerms } from "./offer/own-offers.ts";
import { Settlement } from "./settle/settlement.ts";

export type Pipeline = ReturnType<typeof openPipeline>;
type Prices = Pick<ExecutorOptions, "price" | "modelPrices">;

/** Everything that judges, answers and settles, not yet reachable by anybody. */
export function openPipeline(parts: ExecutorParts, settings: ExecutorSettings, stack: AsyncDisposableStack) {
  const { identity, chain, backend, log, room } = parts;
  const { clock } = settings;
  const executor = identity.address;
  const hasher = createCommitmentHasher(chain.domain);
  const queue = new WorkQueue(settings);
  const counter = new Counter();
  const failed = Promise.withResolvers<LloomError>();
  const store = watchStore(parts.store, (problem) => failed.resolve(problem));
  const { run, offers, renew, reprice, trials } = openOffers(parts, settings, {
    stack,
    store,
    hashOffer: hasher.hashOffer,
  });
  const channels = new ChannelCache((client) => readKnownChannel(chain, { client, executor, nowMs: clock() }), {
    clock,
    longestAgeMs: longestChannelAgeMs(settings.unlockMarginSeconds),
  });
  // Before settlement looks at what is owed: what it does not find then, it would settle with the next answer only.
  signSavedAnswers({ identity, hasher, store, log });
  const settlement = stack.use(
    new Settlement({
      store,
      settle: async (receipts, signal) => (await settle(chain, receipts, { signal })).pairs,
      readLane: ({ client, lane }, signal) => readLane(chainUntil(chain, signal), { client, executor, lane }),
      onPaid: (client) => channels.forget(client),
      settleAmount: settings.settleAmount,
      settleAgeMs: settings.settleAgeMs,
      checkMs: settings.settleCheckMs,
      clock,
      log,
    }),
  );
  const admission: AdmissionParts = {
    ...{ executor, hasher, store, channels, backend, queue, clock, run, room },
    recover: recoverAddress,
    offerOf: (model) => offers.of(model),
    profileOf: (model) => offers.profileOf(model),
    principalOf: principalReader(chain),
    settledNonceOf: settledNonceReader(chain, executor),
    unlockMarginSeconds: settings.unlockMarginSeconds,
  };
  const answering: AnswerParts = {
    ...{ identity, hasher, store, backend, queue, run, clock, log },
    answerTimeoutMs: settings.answerTimeoutMs,
    onAnswered: (cost, model) => {
      counter.answered += 1;
      settlement.noteAnswer(cost);
      trials.noteAnswer(model);
    },
    owed: () => settlement.owed,
    shown: (amount) => shownTokens(chain, amount),
    onFailed: (error, model) => {
      counter.failed += 1;
      trials.noteFailure(model, error);
    },
  };
  return {
    requests: new OpenRequests({ admission, answering, counter }),
    ...{ settlement, channels, queue, offers, counter, answering, run, store, renew, reprice, failed },
    graceMs: settings.drainGraceMs,
  };
}

interface OpeningOffers {
  readonly stack: AsyncDisposableStack;
  readonly store: ExecutorParts["store"];
  readonly hashOffer: CommitmentHasher["hashOffer"];
}

/** Own offers, each noted in memory and in the log before it is signed. */
function openOffers(
  { identity, backend, log, room }: ExecutorParts,
  settings: ExecutorSettings,
  { stack, store, hashOffer }: OpeningOffers,
) {
  const { clock, offerTtlMs } = settings;
  const run = new OwnRun({
    clock,
    onJump: (jumpMs) => log.warn({ jumpMs }, "this machine's clock jumped: all offers are made anew"),
  });
  const stands = (offerHash: Hex): boolean => run.stands(offerHash);
  const onMake: OwnOffersOptions["onMake"] = (offer, offerHash) => {
    store.noteWord(offerMadeAtMs(offer));
    run.noteOffer(offerHash, offerTtlMs);
  };
  const offers = new OwnOffers({ hashOffer, sign: identity.sign, ttlMs: offerTtlMs, stands, onMake });
  let known: readonly BackendModel[] = [];
  let prices: Prices = settings;
  const renew = (models = known): void => {
    known = models;
    // What would be refused for want of room is not offered; the next round offers it again.
    const fit = room?.problem() === undefined ? models.filter(({ model }) => trials.isFit(model)) : [];
    offers.renew(offerTerms(fit, { ...settings, ...prices }, identity.address), clock());
  };
  const reprice = ({ price, modelPrices = {} }: Prices): void => {
    prices = { price, modelPrices };
    renew();
  };
  const background = stack.use(new Background());
  const closing = new AbortController();
  stack.defer(() => closing.abort());
  const { signal } = closing;
  const embedsOnly = (name: string): boolean =>
    known.find(({ model }) => model === name)?.profile?.conversations === false;
  const trials = new ModelTrials({ backend, embedsOnly, background, onChange: () => renew(), signal, clock, log });
  return { run, offers, renew, reprice, trials };
}

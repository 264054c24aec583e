import { createCommitmentHasher } from "@lloom/protocol/commitments";
import type { SignedOffer } from "@lloom/protocol/messages";
import { allocate } from "../chain/account/actions.ts";
import { tokenOf } from "../chain/account/calls.ts";
import type { Chain } from "../chain/chain.ts";
import { chainUntil } from "../chain/chain-until.ts";
import { readChannel, readDeposit, readLane } from "../chain/reads.ts";
import { untilAborted } from "../chain/rpc/until-aborted.ts";
import type { ChainEvent } from "../chain/watch/events.ts";
import { watchChain } from "../chain/watch/watch.ts";
import type { LloomError } from "../errors.ts";
import type { Log } from "../log.ts";
import { connect } from "../p2p/host/dial.ts";
import type { Host } from "../p2p/host/host.ts";
import { peerOfOffer } from "../p2p/host/peer-of-offer.ts";
import { createInferPool } from "../p2p/infer/infer-client.ts";
import { Background } from "../primitives/background.ts";
import type { ClientLog } from "../store/client/client-log.ts";
import { watchStore } from "../store/database/watch-store.ts";
import type { Room } from "../store/files/disk-room.ts";
import { keepTidy } from "../store/keep-tidy.ts";
import type { Identity } from "../wallet/identity.ts";
import { recoverAddress } from "../wallet/recover.ts";
import type { AskParts } from "./ask/ask-state.ts";
import { askVerified, priceOf } from "./ask/ask-verified.ts";
import { blamingClock } from "./blaming-clock.ts";
import type { AnswerAudit } from "./check/answer-audit.ts";
import { openAnswerOdds } from "./check/answer-odds.ts";
import { type ModelReference, parseModelReference } from "./check/model-reference.ts";
import { openRecounting } from "./check/recounting.ts";
import { isOfWeights } from "./choose/weights.ts";
import { type ClientOptions, type ClientSettings, clientSettings } from "./client-options.ts";
import { mayBuy } from "./discover/buyable.ts";
import { followStakes } from "./discover/follow-stakes.ts";
import { keptList } from "./discover/kept-list.ts";
import { keepLooking, lookForModels } from "./discover/look-for-models.ts";
import type { ModelSummary } from "./discover/model-summary.ts";
import { MOST_NAMED } from "./discover/no-executor.ts";
import type { OfferBook } from "./discover/offer-book.ts";
import { type Market, openMarket } from "./discover/open-market.ts";
import { lookAfterAnswers } from "./look-after-answers.ts";
import { learnSettled } from "./pay/learn-settled.ts";
import { PaymentChannels } from "./pay/payment-channels.ts";
import type { AskEvent, AskingPrice, Question } from "./question.ts";
import { openReputations, type ReputationSource } from "./reputation/open-reputations.ts";
import { serveVocabularies } from "./serve-vocabularies.ts";

/** What a client is made of; all of it outlives the client and is closed by whoever opened it. */
export interface ClientParts {
  readonly identity: Identity;
  readonly chain: Chain;
  readonly store: ClientLog;
  readonly host: Host;
  readonly log: Log;
  /** Directory for vocabularies of models; without one, counts are checked by bounds alone. */
  readonly vocabularies?: string;
  /** Where it learns about executors; without one, nobody has a reputation. */
  readonly reputations?: ReputationSource | undefined;
  /** Holds answers against weights of its own; without it, no answer can be audited. */
  readonly audit?: AnswerAudit | undefined;
  /** Compares this machine's clock with others' and says what is wrong with it. */
  readonly checkClock?: () => Promise<LloomError | undefined>;
  /** Of the log's disk; without, it is not looked at. */
  readonly room?: Room | undefined;
}

/** A payer of answers. Disposing of it cancels what is under way and waits a little for the receipts. */
export interface Client extends AsyncDisposable {
  /** Answers a question for pay. Throws LloomError; see `ask.ts`. */
  ask(question: Question, signal: AbortSignal): AsyncIterable<AskEvent>;
  /** What an answer to a question would cost if it were asked now; nothing is asked. Throws NO_EXECUTOR and the like. */
  price(question: Question, signal: AbortSignal): Promise<AskingPrice>;
  /** What is offered, up to a second ago; searches the network first when nothing is known. */
  models(): Promise<readonly ModelSummary[]>;
  /**
   * What is offered of one model, or of its weights that `NAME@sha256:DIGITS` names; searches as `models` does, and costs no more because
   * others offer much else. Throws REQUEST_INVALID for digits that name no weights.
   */
  model(name: string): Promise<ModelSummary | undefined>;
  /** Resolves when something is offered anew, or somebody has answered or failed; or at the signal. */
  changed(signal: AbortSignal): Promise<void>;
  /** Offers of a model that can be bought; searches as `models` does. */
  buyable(model: string): Promise<SignedOffer[]>;
  /** Offers that stand, of one model or of all. */
  offers(model?: string): SignedOffer[];
  /** How it stands, for people and metrics. */
  status(): ClientStatus;
  /** Resolves when it cannot ask any more, with why: its log failed, and without it no request may be signed. */
  readonly failed: Promise<LloomError>;
}

/** How a client stands. */
export interface ClientStatus {
  /** Offers in its book. */
  readonly offers: number;
  /** Channels that were used, and base units in them when last seen. */
  readonly channels: number;
  readonly balance: bigint;
}

/** Joins the network as a client. Throws LloomError of host and chain. */
export async function createClient(given: ClientParts, options: ClientOptions = {}): Promise<Client> {
  const settings = clientSettings(options);
  const failed = Promise.withResolvers<LloomError>();
  const parts = { ...given, store: watchStore(given.store, (problem) => failed.resolve(problem)) };
  const { host, chain, store, log } = parts;
  await using stack = new AsyncDisposableStack();
  const closing = new AbortController();
  const market = openMarket(parts, { settings, stack, signal: closing.signal });
  const channels = openChannels(parts, settings, closing.signal);
  const fromBlock = (await chain.provider.getBlockNumber()) + 1;
  followChain(parts, { channels, fromBlock, settings, stack });
  const pool = stack.use(createInferPool(host, log));
  const background = stack.use(new Background());
  stack.defer(() => closing.abort());
  await lookAfterAnswers(parts, { settings, book: market.book, stack });
  const recounting = stack.use(openRecounting(parts, settings));
  if (recounting !== undefined) stack.use(await serveVocabularies(parts, recounting));
  const tokens = { recounting, odds: openAnswerOdds(parts, recounting) };
  const asking = { ...assembleAsk(parts, { settings, market, channels, pool, background }), ...tokens };
  background.run(keepLooking(market, settings, closing.signal));
  const pace = { fromBlock, pollMs: settings.watchPollMs, signal: closing.signal };
  background.run(followStakes(chain, { ...pace, onChange: market.review }));
  if (asking.known !== undefined) background.run(asking.known.keepAsking(closing.signal));
  const chainSeconds = (): Promise<bigint> => untilAborted(chain.nowSeconds(), closing.signal);
  background.run(keepTidy(store, { clock: settings.clock, chainSeconds, signal: closing.signal, log }));
  const models = keptList(() => market.book.models(settings.clock(), mayBuy(settings)));
  const resources = stack.move();
  return {
    ask: (question, signal) => {
      const events = askVerified(asking, question, AbortSignal.any([signal, closing.signal]));
      return withRoom(blamingClock(events, parts.checkClock), parts.room);
    },
    price: (question, signal) => priceOf(asking, question, AbortSignal.any([signal, closing.signal])),
    models: async () => {
      await lookForModels(market, settings);
      return models();
    },
    model: async (name) => {
      const reference = parseModelReference(name);
      const find = () => summaryOf(market.book, settings, reference);
      const found = find();
      if (found !== undefined) return found;
      await lookForModels(market, settings);
      return find();
    },
    changed: (signal) => market.book.change(signal),
    buyable: async (model) => {
      await lookForModels(market, settings);
      return market.book
        .candidates(model, settings.clock())
        .filter(mayBuy(settings))
        .map(({ signed }) => signed);
    },
    offers: (model) => market.book.offers(settings.clock(), model),
    status: () => ({ offers: market.book.offers(settings.clock()).length, ...channels.funds() }),
    failed: failed.promise,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

/** The same events; nothing is asked, and so nothing signed, where there is no room to remember it. */
async function* withRoom(events: AsyncIterable<AskEvent>, room: Room | undefined): AsyncGenerator<AskEvent, void> {
  const full = room?.problem();
  if (full !== undefined) throw full;
  yield* events;
}

function openChannels(
  { identity, chain, store }: ClientParts,
  settings: ClientSettings,
  signal: AbortSignal,
): PaymentChannels {
  const client = identity.address;
  const open = chainUntil(chain, signal);
  return new PaymentChannels({
    identity,
    hasher: createCommitmentHasher(chain.domain),
    store,
    readChannel: (executor) => readChannel(open, client, executor),
    readDeposit: () => readDeposit(open, client),
    learnSettled: (executor) =>
      learnSettled(store, { executor, readLane: (lane) => readLane(open, { client, executor, lane }) }),
    allocate: async (executor, amount) => void (await allocate(chain, executor, amount)),
    ...{ token: tokenOf(chain), step: settings.channelStep },
    ...{ deadlineSeconds: settings.deadlineSeconds, clock: settings.clock },
  });
}

/** Keeps channels and what they still owe in step with the chain. */
function followChain(
  { chain, identity, store }: ClientParts,
  {
    channels,
    fromBlock,
    settings,
    stack,
  }: {
    readonly channels: PaymentChannels;
    readonly fromBlock: number;
    readonly settings: ClientSettings;
    readonly stack: AsyncDisposableStack;
  },
): void {
  const client = identity.address;
  const stop = new AbortController();
  const onEvent = (event: ChainEvent): void => {
    if (!("client" in event) || !("executor" in event) || event.client !== client) return;
    const { executor } = event;
    if (event.type !== "LaneSettled") {
      channels.forget(executor);
      return;
    }
    const { lane, nonce, laneCost, channelBalance } = event;
    channels.noteSettled({ executor, lane, nonce, cost: laneCost, channelBalance });
  };
  const bounded = chainUntil(chain, stop.signal);
  // A reorganisation took an event back: the chain's present figure counts, also when it is lower.
  const onRemoved = async (event: ChainEvent): Promise<void> => {
    if (!("client" in event) || !("executor" in event) || event.client !== client) return;
    const { executor } = event;
    channels.forget(executor);
    if (event.type !== "LaneSettled") return;
    const { lane } = event;
    store.correctSettled({ executor, lane, ...(await readLane(bounded, { client, executor, lane })) });
  };
  const watching = watchChain(chain, {
    ...{ fromBlock, client, onEvent, onRemoved },
    pollMs: settings.watchPollMs,
    signal: stop.signal,
  });
  stack.defer(async () => {
    stop.abort();
    await watching;
  });
}

function assembleAsk(
  { identity, chain, store, host, log, audit, reputations: source }: ClientParts,
  {
    settings,
    market,
    channels,
    pool,
    background,
  }: {
    readonly settings: ClientSettings;
    readonly market: Market;
    readonly channels: PaymentChannels;
    readonly pool: AskParts["pool"];
    readonly background: Background;
  },
): AskParts {
  const { hasher, book, search, learnStake, vocabularies } = market;
  const token = tokenOf(chain);
  const known =
    source &&
    openReputations({ chain, log, source }, settings, {
      executors: () => book.staked(),
      onKnown: (reputations) => book.setReputations(reputations),
    });
  return {
    ...{ identity, hasher, store, pool, channels, settings, book, learnStake, token, audit, log, known },
    recover: recoverAddress,
    reach: (target, signal, mostMs) => connect(host, target, signal, mostMs),
    isVocabularyDisputed: (weightsHash) => vocabularies.isDisputed(weightsHash, settings.clock()),
    networkView: ({ model, weights }) => ({
      offered: summaryOf(book, settings, { model, weights }) ?? summaryOf(book, settings, { model }),
      others: book.names(settings.clock(), mayBuy(settings), MOST_NAMED),
      ...{ token, bootstrap: host.bootstrap, peers: host.peers() },
    }),
    background: (work) => background.run(work),
    discover: (model) => search.search(model),
    survey: (model, options) => search.survey(model, options),
    refresh: async ({ signed }, signal) => {
      const target = peerOfOffer(signed);
      if (target !== undefined) await search.ask(target, signal, signed.offer.model);
    },
  };
}

/** What is offered of a model, of all weights that are sold under its name or of those that are named. */
function summaryOf(book: OfferBook, settings: ClientSettings, { model, weights }: ModelReference) {
  const canBuy = mayBuy(settings);
  return book.model(model, settings.clock(), (candidate) => {
    const { weightsHash } = candidate.signed.offer;
    return canBuy(candidate) && (weights === undefined || isOfWeights(weightsHash, weights));
  });
}

import type { Address } from "@lloom/protocol/commitment-types";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import type { SignedOffer } from "@lloom/protocol/messages";
import { type OfferProblem, offerProblem } from "@lloom/protocol/offers";
import type { Chain } from "../../chain/chain.ts";
import { openStakeView } from "../../chain/read/stake-view.ts";
import type { Log } from "../../log.ts";
import { joinOfferTopic } from "../../p2p/discovery/offer-topic.ts";
import { whenLost } from "../../p2p/discovery/when-lost.ts";
import type { Host } from "../../p2p/host/host.ts";
import { STRANGERS_RATE } from "../../p2p/limits.ts";
import { toSeconds } from "../../primitives/clock.ts";
import { TokenBucket } from "../../primitives/token-bucket.ts";
import type { ClientLog } from "../../store/client/client-log.ts";
import { recoverAddress } from "../../wallet/recover.ts";
import type { ClientSettings } from "../client-options.ts";
import { NamedVocabularies } from "./named-vocabularies.ts";
import { OfferSearch } from "./offer-search.ts";
import { rememberingBook } from "./remembering-book.ts";

/** What a client knows of offers, and how it learns of them. */
export type Market = ReturnType<typeof openMarket>;

interface MarketParts {
  readonly chain: Chain;
  readonly store: ClientLog;
  readonly host: Host;
  readonly log: Log;
}

/** Offers from gossip and from search, each verified. */
export function openMarket(
  { chain, store, host, log }: MarketParts,
  {
    settings: { clock, random },
    stack,
    signal,
  }: { readonly settings: ClientSettings; readonly stack: AsyncDisposableStack; readonly signal: AbortSignal },
) {
  const hasher = createCommitmentHasher(chain.domain);
  const book = rememberingBook(store, random);
  const stakes = openStakeView(chain, { peers: host });
  const strangers = new TokenBucket(STRANGERS_RATE);
  const vocabularies = new NamedVocabularies(log);
  const problemOf = (signed: SignedOffer): OfferProblem | undefined =>
    offerProblem({ hasher, recover: recoverAddress, signed, nowSeconds: toSeconds(clock()) });
  const learn = async (executor: Address, peerId?: string): Promise<boolean | undefined> => {
    const stake = await stakes.get(executor, peerId);
    if (stake !== undefined) book.setStake(executor, stake.active ? Number(stake.amount) : 0, stake.hasCheated);
    return stake?.active;
  };
  const take = (signed: SignedOffer, heardAtMs = clock()): void => {
    book.add(signed, heardAtMs);
    void learn(signed.offer.executor).then((active) => active && vocabularies.note(signed, clock()));
  };
  /** The signature is checked last: it costs more than all the rest, and anybody can tell offers without end. */
  const takeTold = async (signed: SignedOffer, peerId: string): Promise<void> => {
    const { executor } = signed.offer;
    const active = stakes.isStaked(executor) === true || (await learn(executor, peerId)) === true;
    if (!active && (host.isBlamed(peerId) || !strangers.take())) return;
    if (problemOf(signed) !== undefined) return;
    // When it was sent is the word of who tells it, which may not lie ahead. Nothing was heard of its executor since then.
    const sentAt = Math.min(signed.sentAt, clock());
    take({ ...signed, sentAt }, sentAt);
  };
  const topic = stack.use(
    joinOfferTopic(host, {
      stakes: { isStaked: (executor) => stakes.isStaked(executor), learn },
      wantsStrangers: true,
      accept: problemOf,
      onOffer: (signed) => take(signed),
      onWithdraw: (executor) => book.withdraw(executor, clock()),
      log,
      clock,
    }),
  );
  stack.defer(whenLost(host, (executor) => book.lose(executor, clock())));
  const search = new OfferSearch({ host, accept: takeTold, signal, log });
  /** What it has at stake was changed. */
  const review = (executor: Address): void => {
    if (stakes.expire(executor)) void learn(executor);
  };
  const learnStake = async (executor: Address): Promise<void> => void (await learn(executor));
  return { hasher, book, topic, search, learnStake, review, vocabularies };
}

import type { Address } from "@lloom/protocol/commitment-types";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import type { SignedOffer } from "@lloom/protocol/messages";
import { type OfferProblem, offerProblem } from "@lloom/protocol/offers";
import type { Chain } from "../../chain/chain.ts";
import { openStakeView } from "../../chain/stake-view.ts";
import type { Log } from "../../log.ts";
import { joinOfferTopic } from "../../p2p/discovery/offer-topic.ts";
import type { Host } from "../../p2p/host/host.ts";
import { toSeconds } from "../../primitives/clock.ts";
import type { ClientLog } from "../../store/client-log.ts";
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
    settings: { clock },
    stack,
    signal,
  }: { readonly settings: ClientSettings; readonly stack: AsyncDisposableStack; readonly signal: AbortSignal },
) {
  const hasher = createCommitmentHasher(chain.domain);
  const book = rememberingBook(store);
  const stakes = openStakeView(chain, clock);
  const vocabularies = new NamedVocabularies(log);
  const problemOf = (signed: SignedOffer): OfferProblem | undefined =>
    offerProblem({ hasher, recover: recoverAddress, signed, nowSeconds: toSeconds(clock()) });
  const isActive = async (executor: Address): Promise<boolean> => {
    const stake = await stakes.get(executor);
    if (stake !== undefined) book.setStake(executor, stake.active ? Number(stake.amount) : 0);
    return stake?.active === true;
  };
  const learnStake = async (executor: Address): Promise<void> => void (await isActive(executor));
  const take = (signed: SignedOffer): void => {
    book.add(signed, clock());
    void isActive(signed.offer.executor).then((active) => active && vocabularies.note(signed, clock()));
  };
  const topic = stack.use(
    joinOfferTopic(host, {
      accept: problemOf,
      onOffer: take,
      onWithdraw: (executor) => book.withdraw(executor, clock()),
      log,
      nowMs: clock,
    }),
  );
  const search = new OfferSearch({
    host,
    accept: (signed) => {
      // Told by others: when it was sent is their word, which may not lie ahead.
      if (problemOf(signed) === undefined) take({ ...signed, sentAt: Math.min(signed.sentAt, clock()) });
    },
    signal,
    log,
  });
  return { hasher, book, topic, search, learnStake, vocabularies };
}

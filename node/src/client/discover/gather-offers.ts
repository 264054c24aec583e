import type { Address } from "@lloom/protocol/commitment-types";
import { LloomError } from "../../errors.ts";
import { orAborted } from "../../primitives/or-aborted.ts";
import type { Candidate } from "../choose/choose.ts";
import { isOfWeights } from "../choose/weights.ts";
import type { ClientSettings } from "../client-options.ts";
import type { OfferBook } from "./offer-book.ts";

/** What gathering needs. */
export interface GatherParts {
  readonly book: OfferBook;
  /** Searches the network for offers of a model; resolves when it has looked everywhere. */
  readonly discover: (model: string) => Promise<void>;
  /** Asks the validators for all offers of a model, unless that was done; resolves in a second or two at most. */
  readonly survey: (model: string, options: { readonly again: boolean }) => Promise<void>;
  /** Learns an executor's stake from the chain, unless it is known; the book has it then. */
  readonly learnStake: (executor: Address) => Promise<void>;
  readonly settings: Pick<ClientSettings, "clock" | "offerWaitMs">;
}

/** What offers are gathered for. */
export interface Wanted {
  readonly model: string;
  /** Nobody else's count. */
  readonly executor?: Address | undefined;
  /** Others do not count: digits that the hash begins with. */
  readonly weights?: string | undefined;
}

/**
 * Makes sure that there is a choice: waits a few seconds for a first offer that counts, then for what the validators know
 * besides. Who chose among the first offers heard would often pay the dearest executor. Throws CANCELLED.
 */
export async function gatherOffers(parts: GatherParts, wanted: Wanted, signal: AbortSignal): Promise<void> {
  const { model, executor, weights } = wanted;
  const counts = ({ signed: { offer } }: Candidate): boolean =>
    (executor === undefined || offer.executor === executor) &&
    (weights === undefined || isOfWeights(offer.weightsHash, weights));
  const hasOffers = (): boolean => parts.book.candidates(model, parts.settings.clock()).some(counts);
  const wasEmpty = !hasOffers();
  if (wasEmpty) await firstOffer(parts, { wanted, signal, hasOffers });
  if (hasOffers()) await orAborted(parts.survey(model, { again: wasEmpty }), signal);
  if (signal.aborted) throw new LloomError("CANCELLED", "The caller cancelled.");
}

/** Stakes that one question waits for; the offers heard of last come first. */
const STAKES_AT_ONCE = 64;
const STAKES_TIMEOUT_MS = 2_000;

/** Waits a little for the stakes behind the offers of a model. */
export async function learnStakes(parts: GatherParts, model: string, signal: AbortSignal): Promise<void> {
  const unread = parts.book
    .candidates(model, parts.settings.clock())
    .filter(({ stake }) => stake === undefined)
    .sort((a, b) => b.heardAtMs - a.heardAtMs)
    .slice(0, STAKES_AT_ONCE);
  if (unread.length === 0) return;
  const until = AbortSignal.any([signal, AbortSignal.timeout(STAKES_TIMEOUT_MS)]);
  await orAborted(Promise.all(unread.map(({ signed }) => parts.learnStake(signed.offer.executor))), until);
}

interface Waiting {
  readonly wanted: Wanted;
  readonly signal: AbortSignal;
  readonly hasOffers: () => boolean;
}

/**
 * Until such an offer comes in. Once the whole network has been searched and offers other models, there is nothing to wait for;
 * but one executor that is there may not have been heard yet.
 */
async function firstOffer(
  { book, discover, settings }: GatherParts,
  { wanted, signal, hasOffers }: Waiting,
): Promise<void> {
  const searched = new AbortController();
  const until = AbortSignal.any([signal, searched.signal, AbortSignal.timeout(settings.offerWaitMs)]);
  void discover(wanted.model).then(() => {
    if (wanted.executor === undefined && book.names(settings.clock(), () => true, 1).length > 0) searched.abort();
  });
  while (!until.aborted && !hasOffers()) await book.change(until);
}

import { type Candidate, isProven } from "../choose/choose.ts";
import type { ClientSettings } from "../client-options.ts";
import type { OfferBook } from "./offer-book.ts";

/** Whether an offer can be bought with these settings. */
export const mayBuy =
  ({ allowUnstaked }: ClientSettings) =>
  (candidate: Candidate): boolean =>
    allowUnstaked || (candidate.stake ?? 0) > 0 || isProven(candidate);

/** Whether nothing can be bought. */
export const isBare = (book: OfferBook, settings: ClientSettings): boolean =>
  book.names(settings.clock(), mayBuy(settings), 1).length === 0;

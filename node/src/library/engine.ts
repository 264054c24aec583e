import type { Address } from "@lloom/protocol/commitment-types";
import type {
  BoughtReceipt,
  LloomEvent,
  LloomQuestion,
  OfferedModel,
  OfferedTerms,
  ReceiptListing,
} from "./public-types.ts";

/** What a program's client is made on: in its own process, or in one beside it. Plain data goes in and comes out. */
export interface Engine extends AsyncDisposable {
  readonly address: Address;
  answer(question: LloomQuestion, signal: AbortSignal): AsyncIterable<LloomEvent>;
  models(): Promise<OfferedModel[]>;
  offers(model: string): Promise<OfferedTerms[]>;
  receipts(listing: ReceiptListing): Promise<BoughtReceipt[]>;
}

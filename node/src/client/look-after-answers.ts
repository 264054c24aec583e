import type { Address } from "@lloom/protocol/commitment-types";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import type { PeerTarget } from "../p2p/host/dial.ts";
import type { Identity } from "../wallet/identity.ts";
import type { ClientSettings } from "./client-options.ts";
import type { OfferBook } from "./discover/offer-book.ts";
import { peerOfOffer } from "./discover/peer-of-offer.ts";
import { acknowledgeAnswers } from "./dispute/acknowledge.ts";
import { type DisputeAnswersParts, disputeAnswers } from "./dispute/dispute-answers.ts";

interface LookAfterParts extends Omit<DisputeAnswersParts, "client" | "hasher" | "targetOf"> {
  readonly identity: Identity;
}

interface LookingAfter {
  readonly settings: ClientSettings;
  readonly book: OfferBook;
  readonly stack: AsyncDisposableStack;
}

/** Acknowledges what came, and disputes what was paid for and did not, until the stack closes. */
export function lookAfterAnswers(parts: LookAfterParts, { settings, book, stack }: LookingAfter): void {
  const { quietMs, clock, disputes } = settings;
  const hasher = createCommitmentHasher(parts.chain.domain);
  const targetOf = (executor: Address): PeerTarget | undefined => {
    const offer = book.anyOfferOf(executor, clock());
    return offer && peerOfOffer(offer);
  };
  const looking = { ...parts, hasher, targetOf };
  stack.use(acknowledgeAnswers({ ...looking, quietMs, clock }));
  if (disputes !== "off") stack.use(disputeAnswers({ ...looking, client: parts.identity.address }, settings));
}

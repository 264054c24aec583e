import type { Address } from "@lloom/protocol/commitment-types";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import { answerEvidence } from "../evidence/answer-evidence.ts";
import { serveEvidence } from "../p2p/evidence/evidence-server.ts";
import type { PeerTarget } from "../p2p/host/dial.ts";
import { peerOfOffer } from "../p2p/host/peer-of-offer.ts";
import type { Duty } from "../store/duty-log.ts";
import type { Identity } from "../wallet/identity.ts";
import { recoverAddress } from "../wallet/recover.ts";
import { convictionOf } from "./choose/remembered.ts";
import type { ClientSettings } from "./client-options.ts";
import type { OfferBook } from "./discover/offer-book.ts";
import { acknowledgeAnswers } from "./dispute/acknowledge.ts";
import { type DisputeAnswersParts, disputeAnswers } from "./dispute/dispute-answers.ts";
import { heldByClient } from "./dispute/held-evidence.ts";

interface LookAfterParts extends Omit<DisputeAnswersParts, "client" | "hasher" | "targetOf"> {
  readonly identity: Identity;
}

interface LookingAfter {
  readonly settings: ClientSettings;
  readonly book: OfferBook;
  readonly stack: AsyncDisposableStack;
}

/**
 * Acknowledges what came, disputes what was paid for and did not, and shows to whoever may judge an answer what was asked and
 * answered, until the stack closes.
 */
export async function lookAfterAnswers(parts: LookAfterParts, { settings, book, stack }: LookingAfter): Promise<void> {
  const { quietMs, clock, disputes, callsJurors } = settings;
  const hasher = createCommitmentHasher(parts.chain.domain);
  const targetOf = (executor: Address): PeerTarget | undefined => {
    const offer = book.anyOfferOf(executor, clock());
    return offer && peerOfOffer(offer);
  };
  const looking = { ...parts, hasher, targetOf };
  stack.use(acknowledgeAnswers({ ...looking, quietMs, clock }));
  const { chain, host, log } = parts;
  const answers = heldByClient(parts.store);
  stack.use(
    await serveEvidence(host, {
      handle: answerEvidence({ chain, hasher, recover: recoverAddress, answers }),
      log,
    }),
  );
  const onDispute = (duty: Duty): void => {
    const conviction = convictionOf(duty);
    if (conviction !== undefined) book.note(duty.peer, conviction, clock());
    settings.onDispute(duty);
  };
  if (disputes !== "off" || callsJurors)
    stack.use(disputeAnswers({ ...looking, client: parts.identity.address }, { ...settings, onDispute }));
}

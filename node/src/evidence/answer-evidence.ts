import { setImmediate } from "node:timers/promises";
import type { Address, CompactSignature, Hex, Receipt } from "@lloom/protocol/commitment-types";
import type { CommitmentHasher } from "@lloom/protocol/commitments";
import { hashDisputeConsent } from "@lloom/protocol/dispute-consent";
import { evidenceParts, type HeldEvidence, leavesToProve } from "@lloom/protocol/evidence-parts";
import { growTree, type MerkleTree } from "@lloom/protocol/merkle";
import type { RecoverAddress } from "@lloom/protocol/signatures";
import type { Chain } from "../chain/chain.ts";
import { principalReader } from "../chain/read/principals.ts";
import { LloomError } from "../errors.ts";
import type { EvidenceHandler } from "../p2p/evidence/evidence-server.ts";
import type { SteadyClock } from "../primitives/clock.ts";
import { CourtView } from "./court-view.ts";

/** What a party has of its answers. */
export interface OwnAnswers {
  /** Of an answer that both have signed. */
  readonly receiptOf: (requestHash: Hex) => Receipt | undefined;
  /** All that opens it: read for whoever has a right to it, and for nobody else. */
  readonly held: (requestHash: Hex, receipt: Receipt) => HeldEvidence;
}

export interface AnswerEvidenceParts {
  readonly chain: Chain;
  readonly hasher: CommitmentHasher;
  readonly recover: RecoverAddress;
  readonly answers: OwnAnswers;
  readonly steady?: SteadyClock;
}

/**
 * Gives evidence about an answer to its parties, to whom its client consents to, and to challenger and jurors of an open measured
 * dispute about it. Everybody else is told the same, whether the answer is here or not.
 */
export function answerEvidence({ chain, hasher, recover, answers, steady }: AnswerEvidenceParts): EvidenceHandler {
  const court = new CourtView(chain, steady);
  const principalOf = principalReader(chain, steady);
  const hasConsent = async (
    { client }: Receipt["request"],
    { challenger, requestHash }: { readonly challenger: Address; readonly requestHash: Hex },
    consent: CompactSignature,
  ): Promise<boolean> => {
    const signer = recover(hashDisputeConsent(hasher.domainSeparator, { challenger, requestHash }), consent);
    return signer !== undefined && (signer === client || (await principalOf(signer)) === client);
  };
  return async (ask, asker, place) => {
    const { requestHash, consent } = ask;
    const receipt = answers.receiptOf(requestHash);
    if (receipt === undefined) throw refused(requestHash);
    const { request } = receipt;
    const mayAsk =
      asker === request.client ||
      asker === request.executor ||
      (consent !== undefined && (await hasConsent(request, { challenger: asker, requestHash }, consent))) ||
      (await court.concerns(request, asker));
    if (!mayAsk) throw refused(requestHash);
    await place(asker === request.client);
    const held = answers.held(requestHash, receipt);
    const leaves = leavesToProve(held, ask);
    return evidenceParts(held, ask, leaves && (await grownInTurns(leaves)));
  };
}

/** A long trace takes a tenth of a second and more, in which nobody else would be served. */
async function grownInTurns(leaves: readonly Uint8Array[]): Promise<MerkleTree> {
  const growing = growTree(leaves);
  for (;;) {
    const { done, value } = growing.next();
    if (done === true) return value;
    await setImmediate();
  }
}

const refused = (requestHash: Hex): LloomError =>
  new LloomError("EVIDENCE_REFUSED", "This node has no evidence of such an answer for you.", {
    details: { requestHash },
  });

import type { Address } from "@lloom/protocol/commitment-types";
import { enumName } from "@lloom/protocol/contract-enums";
import type { EvidenceItem } from "@lloom/protocol/evidence-messages";
import { measuredDisputesFacts } from "@lloom/protocol/generated/facts";
import type { Chain } from "../../chain/chain.ts";
import { type DisputedSignatures, readDisputedSignatures } from "../../chain/disputes/disputed-signatures.ts";
import type { AnswerDisputed, Complaint } from "../../chain/disputes/measured-events.ts";
import { untilAborted } from "../../chain/rpc/until-aborted.ts";
import { LloomError } from "../../errors.ts";
import { type EvidenceSource, type FetchEvidenceParts, fetchEvidence } from "../../evidence/fetch-evidence.ts";
import type { PeerTarget } from "../../p2p/host/dial.ts";
import { signingPeer } from "../../p2p/host/signing-peer.ts";
import { lackingOf, type ShownAnswer, type ShownCase } from "./judge.ts";

export interface GatherCaseParts extends FetchEvidenceParts {
  readonly chain: Chain;
  /** Where an executor is, by the offers that are known of it. */
  readonly targetOf: (executor: Address) => PeerTarget | undefined;
}

/** What each sort of complaint is judged by. */
const ITEMS: Readonly<Record<ShownCase["kind"], readonly EvidenceItem[]>> = {
  WrongModel: ["prompt", "text", "trace"],
  TokenInflation: ["prompt", "text"],
};

/**
 * Everything that the parties show of the answers complained of: from the executor, and from whoever signed as the client. Throws
 * EVIDENCE_MISSING when not even the receipt of one can be had, and what the chain throws.
 */
export async function gatherCase(
  parts: GatherCaseParts,
  { opened, answers }: Complaint,
  signal: AbortSignal,
): Promise<ShownCase> {
  const kind = enumName(measuredDisputesFacts.Kind, opened.kind);
  if (kind === "Unknown") throw new LloomError("UNSUPPORTED", "This version does not know complaints of this sort.");
  const signatures = await untilAborted(readDisputedSignatures(parts.chain, opened), signal);
  const shown: ShownAnswer[] = [];
  for (const [index, disputed] of answers.entries()) {
    const { requestHash, responseHash } = disputed;
    const sources = sourcesOf(parts, { executor: opened.executor, disputed, signed: signatures[index] });
    const wanted = { requestHash, responseHash, items: ITEMS[kind], sources };
    const { evidence, faults } = await fetchEvidence(parts, wanted, signal);
    const holders = sources.map(({ target }) => target);
    shown.push({ disputed, evidence, holders, mayComeYet: lackingOf({ evidence }) > 0 && faults.length > 0 });
  }
  return { id: opened.id, kind, answers: shown };
}

interface Parties {
  readonly executor: Address;
  readonly disputed: AnswerDisputed;
  readonly signed: DisputedSignatures | undefined;
}

/** The executor first: it is the one with a trace. */
function sourcesOf({ targetOf }: GatherCaseParts, { executor, disputed, signed }: Parties): EvidenceSource[] {
  const { requestHash, responseHash, client } = disputed;
  const seller = targetOf(executor) ?? (signed && signingPeer(responseHash, signed.executorSignature));
  const buyer = signed && signingPeer(requestHash, signed.clientSignature);
  return [
    ...(seller === undefined ? [] : [{ role: "executor", address: executor, target: seller } as const]),
    ...(buyer === undefined ? [] : [{ role: "client", address: client, target: buyer } as const]),
  ];
}

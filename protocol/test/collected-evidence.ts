/** Staged answers of known parties, and what a collector makes of parts about them. */
import { EvidenceCollector } from "../src/evidence-collector.ts";
import {
  EVIDENCE_ITEMS,
  EVIDENCE_LIMITS,
  type EvidenceAsk,
  type EvidenceItem,
  type EvidencePart,
  type LeafRange,
} from "../src/evidence-messages.ts";
import { evidenceParts, type HeldEvidence } from "../src/evidence-parts.ts";
import { decodeEvidencePart, encodeEvidencePart } from "../src/evidence-wire.ts";
import { hexToBytes } from "../src/hex.ts";
import { signDigest } from "../src/signatures.ts";
import { HASHERS, PARTIES, type Party } from "../vectors/parties.ts";
import { collected, type Signer, stageEvidence } from "./staged-evidence.ts";

export const hasher = HASHERS.main;
const signer = ({ address, secret }: Party): Signer => ({
  address,
  sign: (digest) => signDigest(digest, hexToBytes(secret)),
});
export const client = signer(PARTIES.client);
export const executor = signer(PARTIES.executor);
export const parties = { hasher, client, executor };
export const staged = stageEvidence(parties);
export const other = stageEvidence({ ...parties, lane: 2n, text: "Another answer." });
/** Above what is sent whole when leaves are asked for. */
export const LONG = 13_000;
export const long = stageEvidence({ ...parties, tokens: LONG, text: "a".repeat(EVIDENCE_LIMITS.partBytes * 2 + 5) });
export const everything = [...EVIDENCE_ITEMS];

export interface Asking {
  readonly items?: EvidenceItem[];
  readonly ranges?: LeafRange[];
  readonly responseHash?: EvidenceAsk["requestHash"];
}

export const partsFor = (held: HeldEvidence, { items = everything, ranges }: Asking = {}): EvidencePart[] =>
  collected(evidenceParts(held, { items, ...(ranges === undefined ? {} : { ranges }) }));

/** What a collector that asked about `staged`, or another one, makes of parts as they come over the wire. */
export function collect(
  parts: Iterable<EvidencePart>,
  { items = everything, ranges, responseHash }: Asking = {},
  about = staged,
) {
  const ask = { requestHash: about.requestHash, items, ...(ranges === undefined ? {} : { ranges }) };
  const collector = new EvidenceCollector({ hasher, ask, responseHash });
  for (const part of parts) collector.take(decodeEvidencePart(encodeEvidencePart(part)));
  return collector.result();
}

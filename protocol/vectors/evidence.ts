import { encodeCbor } from "../src/cbor.ts";
import {
  EVIDENCE_ITEMS,
  type EvidenceAsk,
  type EvidenceItem,
  type EvidencePart,
  type LeafRange,
} from "../src/evidence-messages.ts";
import { askedLeaves, evidenceParts, type HeldEvidence } from "../src/evidence-parts.ts";
import { encodeEvidenceAsk, encodeEvidencePart } from "../src/evidence-wire.ts";
import { bytesToHex, hexToBytes } from "../src/hex.ts";
import { merkleTree } from "../src/merkle.ts";
import { profileText } from "../src/profile.ts";
import { signDigest } from "../src/signatures.ts";
import { packTrace } from "../src/trace.ts";
import { collected, stageEvidence } from "../test/staged-evidence.ts";
import { HASHERS, PARTIES, type Party, repeated } from "./parties.ts";

const signer = ({ address, secret }: Party) => ({
  address,
  sign: (digest: `0x${string}`) => signDigest(digest, hexToBytes(secret)),
});
const parties = { hasher: HASHERS.main, client: signer(PARTIES.client), executor: signer(PARTIES.executor) };
const staged = stageEvidence({ ...parties, tokens: 5 });
const other = stageEvidence({ ...parties, lane: 2n, text: "Another answer." });
const { requestHash, held, leaves } = staged;
const profile = profileText({ backend: "llama.cpp", maxContext: 4096, evidence: "trace", vocabulary: repeated(0x73) });
const promising = stageEvidence({ ...parties, lane: 3n, profile });
const everything: readonly EvidenceItem[] = EVIDENCE_ITEMS;
const ranges: readonly LeafRange[] = [{ from: 1, count: 2 }];

const asks: readonly EvidenceAsk[] = [
  { type: "ask", requestHash, items: [] },
  { type: "ask", requestHash, items: [...everything] },
  {
    ...{ type: "ask", requestHash, items: ["trace"], ranges: [...ranges, { from: 2 ** 31 - 1, count: 4094 }] },
    consent: { r: repeated(0x71), vs: repeated(0x72) },
  },
];
const wire = { type: "ask", requestHash: hexToBytes(requestHash), items: ["trace"] };
const wrongAsks = [
  { why: "an item that there is not", frame: { ...wire, items: ["receipt"] } },
  { why: "a hash as text", frame: { ...wire, requestHash } },
  { why: "an empty range", frame: { ...wire, ranges: [{ from: 0, count: 0 }] } },
  { why: "ranges of none", frame: { ...wire, ranges: [] } },
  {
    why: "more leaves than may be asked for",
    frame: {
      ...wire,
      ranges: [
        { from: 0, count: 4096 },
        { from: 9, count: 1 },
      ],
    },
  },
  { why: "257 ranges", frame: { ...wire, ranges: Array.from({ length: 257 }, (_, from) => ({ from, count: 1 })) } },
  { why: "another frame", frame: { type: "end" } },
];

const partsOf = (of: HeldEvidence, items: readonly EvidenceItem[] = everything): EvidencePart[] =>
  collected(evidenceParts(of, { items: [...items] }));
const honest = partsOf(held);
/** Chosen leaves with their proofs, also of a trace that is short enough to come whole. */
const { proofOf } = merkleTree(leaves);
const proven: EvidencePart[] = [
  { type: "receipt", ...held.receipt },
  ...askedLeaves(ranges, leaves.length).map((index) => ({
    ...{ type: "leaf" as const, total: leaves.length, index, proof: proofOf(index) },
    leaf: leaves[index] ?? new Uint8Array(),
  })),
  { type: "end" },
];
const changed = <Type extends EvidencePart["type"]>(
  parts: readonly EvidencePart[],
  type: Type,
  change: (part: Extract<EvidencePart, { type: Type }>) => EvidencePart,
): EvidencePart[] =>
  parts.map((part) => (part.type === type ? change(part as Extract<EvidencePart, { type: Type }>) : part));

interface Exchange {
  /** Absent: the first one's. */
  readonly of?: typeof staged;
  readonly name: string;
  readonly items: readonly EvidenceItem[];
  readonly ranges?: readonly LeafRange[];
  readonly parts: readonly EvidencePart[];
}
interface WrongExchange extends Exchange {
  readonly code: "EVIDENCE_INVALID" | "FRAME_INVALID" | "EVIDENCE_REFUSED";
}

const answers: readonly Exchange[] = [
  { name: "all that there is", items: everything, parts: honest },
  { name: "the receipt alone", items: [], parts: partsOf(held, []) },
  {
    ...{ name: "what is deleted, and what there never was", items: everything },
    parts: partsOf({ ...held, text: "deleted", prompt: "deleted", trace: "none", acknowledgement: "none" }),
  },
  { name: "a prompt with its profile", of: promising, items: ["prompt"], parts: partsOf(promising.held, ["prompt"]) },
  { name: "the second and third leaf, and the last", items: ["trace"], ranges, parts: proven },
];
const trace: readonly EvidenceItem[] = ["trace"];
const wrongAnswers: readonly WrongExchange[] = [
  { name: "another request's", items: everything, code: "EVIDENCE_INVALID", parts: partsOf(other.held) },
  {
    name: "another answer's text",
    items: ["text"],
    code: "EVIDENCE_INVALID",
    parts: partsOf({ ...held, text: other.held.text }, ["text"]),
  },
  {
    name: "another prompt",
    items: ["prompt"],
    code: "EVIDENCE_INVALID",
    parts: partsOf({ ...held, prompt: other.held.prompt }, ["prompt"]),
  },
  {
    ...{ name: "another profile", of: promising, items: ["prompt"], code: "EVIDENCE_INVALID" },
    parts: partsOf({ ...promising.held, prompt: { ...promising.held.prompt, profile: `${profile} ` } }, ["prompt"]),
  },
  {
    ...{ name: "leaves in another order", items: trace, code: "EVIDENCE_INVALID" as const },
    parts: partsOf({ ...held, trace: packTrace(leaves.toReversed()) }, trace),
  },
  {
    ...{ name: "a proof that is cut", items: trace, ranges, code: "EVIDENCE_INVALID" as const },
    parts: changed(proven, "leaf", (leaf) => ({ ...leaf, proof: leaf.proof.slice(1) })),
  },
  {
    ...{ name: "a leaf in another's place", items: trace, ranges, code: "EVIDENCE_INVALID" as const },
    parts: changed(proven, "leaf", (leaf) =>
      leaf.index === 1 ? { ...leaf, leaf: leaves[2] ?? leaf.leaf, proof: proofOf(2) } : leaf,
    ),
  },
  {
    name: "no last leaf",
    items: trace,
    ranges,
    code: "FRAME_INVALID",
    parts: [...proven.slice(0, 3), { type: "end" }],
  },
  {
    ...{ name: "leaves that were not asked for", items: trace, code: "FRAME_INVALID" as const },
    parts: proven,
  },
  { name: "no receipt", items: everything, code: "FRAME_INVALID", parts: honest.slice(1) },
  { name: "no end", items: everything, code: "FRAME_INVALID", parts: honest.slice(0, -1) },
  {
    name: "nothing about the text",
    items: everything,
    code: "FRAME_INVALID",
    parts: honest.filter(({ type }) => type !== "text"),
  },
  { name: "what was not asked for", items: ["prompt"], code: "FRAME_INVALID", parts: honest },
  {
    ...{ name: "a text that is cut off", items: everything, code: "FRAME_INVALID" as const },
    parts: changed(honest, "text", (text) => ({ ...text, totalBytes: text.totalBytes + 1 })),
  },
  {
    ...{ name: "a part after the end", items: everything, code: "FRAME_INVALID" as const },
    parts: [...honest, { type: "end" }],
  },
  {
    ...{ name: "a refusal", items: everything, code: "EVIDENCE_REFUSED" as const },
    parts: [
      { type: "error", code: "EVIDENCE_REFUSED", message: "This node has no evidence of such an answer for you." },
    ],
  },
];

const framesOf = ({ of = staged, parts, ...exchange }: Exchange) => ({
  ...{ requestHash: of.requestHash, responseHash: of.responseHash, ...exchange },
  parts: parts.map((part) => bytesToHex(encodeEvidencePart(part))),
});

/** evidence.json: questions, whole answers frame by frame, and those of both that are refused. */
export const evidenceVectors = () => ({
  asks: asks.map((ask) => ({ message: ask, cbor: bytesToHex(encodeEvidenceAsk(ask)) })),
  wrongAsks: wrongAsks.map(({ why, frame }) => ({ why, cbor: bytesToHex(encodeCbor(frame)) })),
  answers: answers.map(framesOf),
  wrongAnswers: wrongAnswers.map(framesOf),
});

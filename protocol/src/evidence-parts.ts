/** What somebody holds of an answer, cut into the parts that answer a question. */
import type { Receipt } from "./commitment-types.ts";
import {
  type AcknowledgementPart,
  EVIDENCE_LIMITS,
  type EvidenceAsk,
  type EvidenceItem,
  type EvidencePart,
  type LeafRange,
  type TextPart,
  type WhyMissing,
} from "./evidence-messages.ts";
import { type MerkleTree, merkleTree } from "./merkle.ts";
import type { OpenedPrompt } from "./opened-prompt.ts";
import { packTrace, unpackTrace } from "./trace.ts";

/** The things themselves, or why they are not there. */
export interface HeldEvidence {
  readonly receipt: Receipt;
  readonly prompt: OpenedPrompt | WhyMissing;
  readonly text: (Pick<TextPart, "contentSalt"> & { readonly bytes: Uint8Array }) | WhyMissing;
  /** Leaves, packed. */
  readonly trace: Uint8Array | WhyMissing;
  readonly acknowledgement: Omit<AcknowledgementPart, "type"> | WhyMissing;
}

type Asked = Pick<EvidenceAsk, "items" | "ranges">;

/** The leaves that a question wants to have proven, and so a tree over them; `undefined` for what needs no proofs. */
export function leavesToProve({ trace }: HeldEvidence, { items, ranges }: Asked): readonly Uint8Array[] | undefined {
  if (ranges === undefined || !items.includes("trace") || typeof trace === "string") return undefined;
  return trace.length > EVIDENCE_LIMITS.wholeTraceBytes ? unpackTrace(trace) : undefined;
}

/**
 * The parts in their order, each made when it is asked for: the receipt, what was asked for, the end. `tree` stands over
 * `leavesToProve`: whoever has more to do grows it in turns.
 */
export function* evidenceParts(held: HeldEvidence, asked: Asked, tree?: MerkleTree): Generator<EvidencePart, void> {
  yield { type: "receipt", ...held.receipt };
  for (const item of new Set(asked.items)) {
    const leaves = item === "trace" ? leavesToProve(held, asked) : undefined;
    if (leaves === undefined) yield* partsOf(held, item);
    else yield* leafParts(leaves, asked.ranges ?? [], tree ?? merkleTree(leaves));
  }
  yield { type: "end" };
}

function* partsOf(held: HeldEvidence, item: EvidenceItem): Generator<EvidencePart, void> {
  const thing = held[item];
  if (typeof thing === "string") return yield { type: "missing", item, why: thing };
  if (item === "prompt") return yield { type: "prompt", ...(thing as OpenedPrompt) };
  if (item === "acknowledgement")
    return yield { type: "acknowledgement", ...(thing as Omit<AcknowledgementPart, "type">) };
  if (item === "text") return yield* textParts(thing as Exclude<HeldEvidence["text"], WhyMissing>);
  return yield* traceParts(thing as Uint8Array);
}

function* textParts({ contentSalt, bytes }: Exclude<HeldEvidence["text"], WhyMissing>): Generator<EvidencePart, void> {
  const { textBytes, partBytes } = EVIDENCE_LIMITS;
  if (bytes.length > textBytes) return yield { type: "missing", item: "text", why: "large" };
  const totalBytes = bytes.length;
  for (let offset = 0; offset < totalBytes; offset += partBytes)
    yield { type: "text", contentSalt, totalBytes, offset, bytes: bytes.subarray(offset, offset + partBytes) };
}

function* traceParts(packed: Uint8Array): Generator<EvidencePart, void> {
  if (packed.length > EVIDENCE_LIMITS.traceBytes) return yield { type: "missing", item: "trace", why: "large" };
  return yield* wholeTrace(unpackTrace(packed));
}

/** As many leaves to a part as it holds. */
function* wholeTrace(leaves: readonly Uint8Array[]): Generator<EvidencePart, void> {
  const total = leaves.length;
  for (let from = 0, to = 0; from < total; from = to) {
    let bytes = 0;
    while (to < total && bytes + lengthOf(leaves[to]) <= EVIDENCE_LIMITS.partBytes) bytes += lengthOf(leaves[to++]);
    yield { type: "trace", total, from, packed: packTrace(leaves.slice(from, to)) };
  }
}

const lengthOf = (leaf: Uint8Array | undefined): number => 2 + (leaf?.length ?? 0);

function* leafParts(
  leaves: readonly Uint8Array[],
  ranges: readonly LeafRange[],
  tree: MerkleTree,
): Generator<EvidencePart, void> {
  const total = leaves.length;
  for (const index of askedLeaves(ranges, total)) {
    const leaf = leaves[index];
    if (leaf !== undefined) yield { type: "leaf", total, index, leaf, proof: tree.proofOf(index) };
  }
}

/** Which leaves answer a question about ranges, in their order: those that are there, and the last one. */
export function askedLeaves(ranges: readonly LeafRange[], total: number): number[] {
  const asked = new Set([total - 1]);
  for (const { from, count } of ranges)
    for (let index = from; index < Math.min(from + count, total); index++) asked.add(index);
  return [...asked].toSorted((a, b) => a - b);
}

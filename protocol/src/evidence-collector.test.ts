import { describe, expect, it } from "vitest";
import { seeded } from "../test/seeded.ts";
import { laterRequest, type Signer, stageEvidence } from "../test/staged-evidence.ts";
import { HASHERS, PARTIES, type Party } from "../vectors/parties.ts";
import { EvidenceCollector } from "./evidence-collector.ts";
import {
  EVIDENCE_ITEMS,
  EVIDENCE_LIMITS,
  type EvidenceAsk,
  type EvidenceItem,
  type EvidencePart,
  type LeafRange,
} from "./evidence-messages.ts";
import { askedLeaves, evidenceParts, type HeldEvidence } from "./evidence-parts.ts";
import { decodeEvidencePart, encodeEvidencePart } from "./evidence-wire.ts";
import { hexToBytes } from "./hex.ts";
import { LloomError } from "./lloom-error.ts";
import { recoverAddress, signDigest } from "./signatures.ts";
import { encodeTraceLeaf, packTrace } from "./trace.ts";

const hasher = HASHERS.main;
const signer = ({ address, secret }: Party): Signer => ({
  address,
  sign: (digest) => signDigest(digest, hexToBytes(secret)),
});
const client = signer(PARTIES.client);
const executor = signer(PARTIES.executor);
const parties = { hasher, client, executor };
const staged = stageEvidence(parties);
const other = stageEvidence({ ...parties, lane: 2n, text: "Another answer." });
/** Above what is sent whole when leaves are asked for. */
const LONG = 20_000;
const long = stageEvidence({ ...parties, tokens: LONG, text: "a".repeat(EVIDENCE_LIMITS.partBytes * 2 + 5) });
const everything = [...EVIDENCE_ITEMS];

interface Asking {
  readonly items?: EvidenceItem[];
  readonly ranges?: LeafRange[];
  readonly responseHash?: EvidenceAsk["requestHash"];
}

const partsFor = (held: HeldEvidence, { items = everything, ranges }: Asking = {}): EvidencePart[] => [
  ...evidenceParts(held, { items, ...(ranges === undefined ? {} : { ranges }) }),
];

/** What a collector that asked about `staged`, or another one, makes of parts as they come over the wire. */
function collect(
  parts: Iterable<EvidencePart>,
  { items = everything, ranges, responseHash }: Asking = {},
  about = staged,
) {
  const ask = { requestHash: about.requestHash, items, ...(ranges === undefined ? {} : { ranges }) };
  const collector = new EvidenceCollector({ hasher, ask, responseHash });
  for (const part of parts) collector.take(decodeEvidencePart(encodeEvidencePart(part)));
  return collector.result();
}

describe("evidence", () => {
  it("comes out as it is held, with the signatures that it needs", () => {
    const { evidence, signatures } = collect(partsFor(staged.held));
    expect(evidence.receipt).toEqual(staged.receipt);
    expect(evidence.responseHash).toBe(staged.responseHash);
    expect(evidence.prompt).toEqual(staged.held.prompt);
    expect(evidence.text).toEqual(staged.held.text);
    expect(evidence.trace?.total).toBe(3);
    expect(evidence.trace?.leaves.map(({ index, token }) => [index, token])).toEqual([
      [0, 1000],
      [1, 1001],
      [2, 1002],
    ]);
    expect(evidence.acknowledgement).toEqual(staged.held.acknowledgement);
    expect(evidence.lacks.size).toBe(0);
    const signers = signatures.map(({ digest, signature }) => recoverAddress(digest, signature));
    expect(signers).toEqual([client.address, executor.address, client.address]);
  });

  it("of a long answer comes in several parts, all of them full", () => {
    const parts = partsFor(long.held);
    const texts = parts.flatMap((part) => (part.type === "text" ? [part.bytes.length] : []));
    expect(texts).toEqual([EVIDENCE_LIMITS.partBytes, EVIDENCE_LIMITS.partBytes, 5]);
    const { evidence } = collect(parts, {}, long);
    expect(evidence.text).toEqual(long.held.text);
    expect(evidence.trace?.leaves).toHaveLength(LONG);
  });

  it("is asked for item by item, the receipt alone as well", () => {
    expect(collect(partsFor(staged.held, { items: [] }), { items: [] }).evidence).toEqual({
      ...{ receipt: staged.receipt, responseHash: staged.responseHash, lacks: new Map() },
    });
    const { evidence } = collect(partsFor(staged.held, { items: ["prompt"] }), { items: ["prompt"] });
    expect(Object.keys(evidence)).toEqual(["receipt", "responseHash", "lacks", "prompt"]);
  });

  it("says of what is not there why", () => {
    const held = { ...staged.held, text: "deleted", trace: "none", acknowledgement: "none" } as const;
    const { evidence } = collect(partsFor(held));
    expect([...evidence.lacks]).toEqual([
      ["text", "deleted"],
      ["trace", "none"],
      ["acknowledgement", "none"],
    ]);
    const large = {
      ...staged.held,
      text: { ...staged.held.text, bytes: new Uint8Array(EVIDENCE_LIMITS.textBytes + 1) },
    };
    expect(collect(partsFor(large)).evidence.lacks.get("text")).toBe("large");
  });

  it("acknowledges by the request that came after, too", () => {
    const acknowledgement = laterRequest(parties, staged);
    const { evidence, signatures } = collect(partsFor({ ...staged.held, acknowledgement }));
    expect(evidence.acknowledgement).toEqual(acknowledgement);
    expect(signatures.at(-1)).toMatchObject({ by: "client", digest: hasher.hashRequest(acknowledgement.request) });
  });
});

describe("leaves that are asked for", () => {
  const ranges = [
    { from: 5, count: 3 },
    { from: LONG - 2, count: 10 },
  ];
  const asking = { items: ["trace" as const], ranges };

  it("of a long trace come with proofs, and the last leaf with them", () => {
    const parts = partsFor(long.held, asking);
    const { evidence } = collect(parts, asking, long);
    expect(evidence.trace?.leaves.map(({ index }) => index)).toEqual([5, 6, 7, LONG - 2, LONG - 1]);
    expect(evidence.trace?.total).toBe(LONG);
    expect(askedLeaves([{ from: 0, count: 1 }], 9)).toEqual([0, 8]);
  });

  it("of a short trace come as the whole", () => {
    const { evidence } = collect(partsFor(staged.held, asking), asking);
    expect(evidence.trace?.leaves).toHaveLength(3);
  });

  it.each<[string, (parts: EvidencePart[]) => EvidencePart[]]>([
    ["one is left out", (parts) => parts.filter((part) => part.type !== "leaf" || part.index !== 6)],
    ["the last is left out", (parts) => parts.filter((part) => part.type !== "leaf" || part.index !== LONG - 1)],
    ["there are said to be fewer", (parts) => mapLeaves(parts, (leaf) => ({ ...leaf, total: LONG - 1 }))],
    [
      "one is shown in another's place",
      (parts) => mapLeaves(parts, (leaf) => (leaf.index === 5 ? { ...leafAt(parts, 6), index: 5 } : leaf)),
    ],
    [
      "one is another",
      (parts) =>
        mapLeaves(parts, (leaf) =>
          leaf.index === 5 ? { ...leaf, leaf: encodeTraceLeaf({ token: 1, logprob: -1, likeliest: [] }, 5) } : leaf,
        ),
    ],
    [
      "a proof is short",
      (parts) => mapLeaves(parts, (leaf) => (leaf.index === 5 ? { ...leaf, proof: leaf.proof.slice(1) } : leaf)),
    ],
    [
      "a proof is long",
      (parts) =>
        mapLeaves(parts, (leaf) => (leaf.index === 5 ? { ...leaf, proof: [...leaf.proof, staged.requestHash] } : leaf)),
    ],
    ["their order is wrong", (parts) => [...parts.slice(0, 1), ...parts.slice(1, 3).reverse(), ...parts.slice(3)]],
  ])("are refused when %s", (_, change) => {
    const changed = change(partsFor(long.held, asking));
    expect(() => collect(changed, asking, long)).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^(FRAME|EVIDENCE)_INVALID$/) }),
    );
  });

  type Leaf = Extract<EvidencePart, { type: "leaf" }>;
  const mapLeaves = (parts: EvidencePart[], change: (leaf: Leaf) => Leaf): EvidencePart[] =>
    parts.map((part) => (part.type === "leaf" ? change(part) : part));
  const leafAt = (parts: EvidencePart[], index: number): Leaf =>
    parts.find((part): part is Leaf => part.type === "leaf" && part.index === index) as Leaf;
});

describe("what a liar sends", () => {
  const honest = partsFor(staged.held);
  const replaced = (type: EvidencePart["type"], change: (part: never) => EvidencePart): EvidencePart[] =>
    honest.map((part) => (part.type === type ? change(part as never) : part));
  type Part<Type> = Extract<EvidencePart, { type: Type }>;
  const forgedLeaf = encodeTraceLeaf({ token: 9, logprob: -1, likeliest: [] }, 1);
  const [first, , third] = staged.leaves as [Uint8Array, Uint8Array, Uint8Array];

  it.each<[string, EvidencePart[]]>([
    ["another request's evidence", partsFor(other.held)],
    ["another answer's text", replaced("text", () => partsFor(other.held, { items: ["text"] })[1] as EvidencePart)],
    [
      "a text that was changed",
      replaced("text", (part: Part<"text">) => ({ ...part, bytes: part.bytes.toReversed() })),
    ],
    [
      "another salt of the text",
      replaced("text", (part: Part<"text">) => ({ ...part, contentSalt: staged.requestHash })),
    ],
    [
      "a prompt that was changed",
      replaced("prompt", (part: Part<"prompt">) => ({ ...part, messages: [{ role: "user", content: "Else" }] })),
    ],
    [
      "other settings",
      replaced("prompt", (part: Part<"prompt">) => ({ ...part, sampling: { ...part.sampling, seed: 8 } })),
    ],
    [
      "a leaf that was changed",
      replaced("trace", (part: Part<"trace">) => ({ ...part, packed: packTrace([first, forgedLeaf, third]) })),
    ],
    [
      "leaves in another order",
      replaced("trace", (part: Part<"trace">) => ({ ...part, packed: packTrace([third, first, forgedLeaf]) })),
    ],
    [
      "fewer leaves",
      replaced("trace", (part: Part<"trace">) => ({ ...part, total: 2, packed: packTrace([first, third]) })),
    ],
    [
      "another response",
      replaced("receipt", (part: Part<"receipt">) => ({ ...part, response: other.receipt.response })),
    ],
    [
      "an acknowledgement by a request of another lane",
      replaced("acknowledgement", () => ({ type: "acknowledgement", ...laterRequest(parties, other) })),
    ],
  ])("%s: EVIDENCE_INVALID", (_, parts) => {
    expect(() => collect(parts)).toThrow(expect.objectContaining({ code: "EVIDENCE_INVALID" }));
  });

  it("a response other than the one in dispute: EVIDENCE_INVALID", () => {
    expect(() => collect(honest, { responseHash: other.responseHash })).toThrow(
      expect.objectContaining({ code: "EVIDENCE_INVALID" }),
    );
    expect(collect(honest, { responseHash: staged.responseHash }).evidence.text).toBeDefined();
  });

  it.each<[string, EvidencePart[], Asking?]>([
    ["nothing", []],
    ["an end without a receipt", [{ type: "end" }]],
    ["no end", honest.slice(0, -1)],
    ["a part after the end", [...honest, { type: "end" }]],
    ["the receipt twice", [...honest.slice(0, 1), ...honest]],
    ["the prompt twice", [...honest.slice(0, 2), ...honest.slice(1)]],
    ["the text twice", [...honest.slice(0, 3), ...honest.slice(2)]],
    ["the trace twice", [...honest.slice(0, 4), ...honest.slice(3)]],
    ["what was not asked for", honest, { items: ["text"] }],
    ["nothing about what was asked for", honest.filter(({ type }) => type !== "prompt")],
    [
      "a thing that is missing, and comes",
      [...honest.slice(0, 1), { type: "missing", item: "prompt", why: "none" }, ...honest.slice(1)],
    ],
    [
      "a thing that comes, and is missing",
      [...honest.slice(0, -1), { type: "missing", item: "prompt", why: "none" }, { type: "end" }],
    ],
    [
      "a text that is cut off",
      replaced("text", (part: Part<"text">) => ({ ...part, totalBytes: part.totalBytes + 1 })),
    ],
    [
      "a text longer than it says",
      replaced("text", (part: Part<"text">) => ({ ...part, totalBytes: part.totalBytes - 1 })),
    ],
    ["a trace that is cut off", replaced("trace", (part: Part<"trace">) => ({ ...part, total: 2 ** 31 - 1 }))],
    [
      "leaves that nobody asked for",
      partsFor(long.held, { items: ["trace"], ranges: [{ from: 0, count: 1 }] }),
      { items: ["trace"] },
    ],
  ])("%s: FRAME_INVALID", (_, parts, asking = {}) => {
    expect(() => collect(parts, asking, parts.some(({ type }) => type === "leaf") ? long : staged)).toThrow(
      expect.objectContaining({ code: "FRAME_INVALID" }),
    );
  });

  it("an error is told as that", () => {
    const refusal = { type: "error" as const, code: "EVIDENCE_REFUSED" as const, message: "Not for you." };
    expect(() => collect([refusal])).toThrow(expect.objectContaining({ code: "EVIDENCE_REFUSED" }));
  });

  it("parts without end are cut at the first that says too little: text and trace by bytes (seed 77)", () => {
    const total = EVIDENCE_LIMITS.textBytes;
    const drip = (offset: number): EvidencePart => ({
      ...{ type: "text", contentSalt: staged.requestHash, totalBytes: total, offset, bytes: Uint8Array.of(1) },
    });
    const [receipt] = honest as [EvidencePart];
    expect(() => collect([receipt, drip(0)])).toThrow(expect.objectContaining({ code: "FRAME_INVALID" }));
    const leaf: EvidencePart = { type: "trace", total: 2 ** 31 - 1, from: 0, packed: packTrace([first]) };
    expect(() => collect([receipt, leaf])).toThrow(expect.objectContaining({ code: "FRAME_INVALID" }));
  });

  it("any mixture of true parts is refused, or is the truth (seed 4711)", () => {
    const random = seeded(4711);
    const pool = [...honest, ...partsFor(other.held), ...partsFor(long.held, { ranges: [{ from: 1, count: 2 }] })];
    const truth = collect(honest).evidence;
    const signers = { client: client.address, executor: executor.address };
    for (let round = 0; round < 2_000; round++) {
      const parts = honest.flatMap((part) =>
        random.below(4) > 0 ? [part] : random.below(2) === 0 ? [] : [pool[random.below(pool.length)] ?? part],
      );
      try {
        const { evidence, signatures } = collect(parts);
        const isSigned = signatures.every(
          ({ by, digest, signature }) => signers[by] === recoverAddress(digest, signature),
        );
        if (isSigned) expect(evidence).toEqual(truth);
      } catch (thrown) {
        if (!(thrown instanceof LloomError)) throw thrown;
        expect(thrown.code).toMatch(/^(FRAME|EVIDENCE)_INVALID$/);
      }
    }
  });
});

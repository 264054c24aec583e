import { describe, expect, it } from "vitest";
import {
  client,
  collect,
  executor,
  hasher,
  LONG,
  long,
  parties,
  partsFor,
  staged,
} from "../test/collected-evidence.ts";
import { laterRequest } from "../test/staged-evidence.ts";
import { EVIDENCE_LIMITS, type EvidencePart } from "./evidence-messages.ts";
import { askedLeaves } from "./evidence-parts.ts";
import { recoverAddress } from "./signatures.ts";
import { encodeTraceLeaf } from "./trace.ts";

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
    expect(collect(partsFor(staged.held, { items: [] }), { items: [] }).evidence).toStrictEqual({
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
    const traced = { ...staged.held, trace: new Uint8Array(EVIDENCE_LIMITS.traceBytes + 1) };
    expect(collect(partsFor(traced)).evidence.lacks.get("trace")).toBe("large");
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
  const parts = partsFor(long.held, asking);

  it("of a long trace come with proofs, and the last leaf with them", () => {
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
    expect(() => collect(change(parts), asking, long)).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^(FRAME|EVIDENCE)_INVALID$/) }),
    );
  });

  type Leaf = Extract<EvidencePart, { type: "leaf" }>;
  const mapLeaves = (parts: EvidencePart[], change: (leaf: Leaf) => Leaf): EvidencePart[] =>
    parts.map((part) => (part.type === "leaf" ? change(part) : part));
  const leafAt = (parts: EvidencePart[], index: number): Leaf =>
    parts.find((part): part is Leaf => part.type === "leaf" && part.index === index) as Leaf;
});

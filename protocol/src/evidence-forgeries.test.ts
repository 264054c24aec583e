import { describe, expect, it } from "vitest";
import {
  type Asking,
  client,
  collect,
  executor,
  long,
  other,
  parties,
  partsFor,
  staged,
} from "../test/collected-evidence.ts";
import { seeded } from "../test/seeded.ts";
import { laterRequest } from "../test/staged-evidence.ts";
import type { Address, CompactSignature, Hex } from "./commitment-types.ts";
import { EVIDENCE_ITEMS, EVIDENCE_LIMITS, type EvidencePart } from "./evidence-messages.ts";
import { LloomError } from "./lloom-error.ts";
import { recoverAddress } from "./signatures.ts";
import { encodeTraceLeaf, packTrace } from "./trace.ts";

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

  it("a text whose parts name two salts: FRAME_INVALID", () => {
    const parts = partsFor(long.held).map((part) =>
      part.type === "text" && part.offset > 0 ? { ...part, contentSalt: staged.requestHash } : part,
    );
    expect(() => collect(parts, {}, long)).toThrow(expect.objectContaining({ code: "FRAME_INVALID" }));
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
    ["the prompt before the receipt", [honest[1] as EvidencePart, ...honest.slice(0, 1), ...honest.slice(2)]],
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
    ...EVIDENCE_ITEMS.map((item): [string, EvidencePart[]] => [
      `${item}, and that it is missing`,
      [...honest.slice(0, -1), { type: "missing", item, why: "none" }, { type: "end" }],
    ]),
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
    const recovered = new Map<string, Address | undefined>();
    const signerOf = (digest: Hex, signature: CompactSignature): Address | undefined => {
      const key = `${digest}${signature.r}${signature.vs}`;
      const signer = recovered.get(key) ?? recoverAddress(digest, signature);
      recovered.set(key, signer);
      return signer;
    };
    for (let round = 0; round < 2_000; round++) {
      const parts = honest.flatMap((part) =>
        random.below(4) > 0 ? [part] : random.below(2) === 0 ? [] : [pool[random.below(pool.length)] ?? part],
      );
      try {
        const { evidence, signatures } = collect(parts);
        const isSigned = signatures.every(({ by, digest, signature }) => signers[by] === signerOf(digest, signature));
        if (isSigned) expect(evidence).toEqual(truth);
      } catch (thrown) {
        if (!(thrown instanceof LloomError)) throw thrown;
        expect(thrown.code).toMatch(/^(FRAME|EVIDENCE)_INVALID$/);
      }
    }
  });
});

/** A collector refuses at the part that breaks the protocol, not when all is there: a liar could send without end. */
import { describe, expect, it } from "vitest";
import { everything, hasher, LONG, long, partsFor, staged } from "../test/collected-evidence.ts";
import type { StagedEvidence } from "../test/staged-evidence.ts";
import { EvidenceCollector } from "./evidence-collector.ts";
import { EVIDENCE_LIMITS, type EvidencePart, type LeafRange } from "./evidence-messages.ts";
import { packTrace } from "./trace.ts";

type Four<One> = [One, One, One, One];
type Part<Type> = Extract<EvidencePart, { readonly type: Type }>;
const RANGES = [{ from: 0, count: 3 }];
const INVALID = expect.objectContaining({ code: "FRAME_INVALID" });
const { partBytes, traceBytes } = EVIDENCE_LIMITS;

const collector = ({ requestHash }: StagedEvidence, ranges?: LeafRange[]) =>
  new EvidenceCollector({ hasher, ask: { requestHash, items: everything, ranges } });

/** A collector that asked about a long answer and took these parts, and its receipt before them. */
function taken(parts: readonly EvidencePart[], ranges?: LeafRange[]): EvidenceCollector {
  const taker = collector(long, ranges);
  for (const part of [receipt, ...parts]) taker.take(part);
  return taker;
}

const [receipt] = partsFor(long.held, { items: [] }) as [EvidencePart];
const proven = partsFor(long.held, { ranges: RANGES });
const texts = partsFor(long.held, { items: ["text"] }).slice(1, -1) as [Part<"text">, Part<"text">, Part<"text">];
const traces = partsFor(long.held, { items: ["trace"] }).slice(1, -1) as [Part<"trace">, Part<"trace">];
const leaves = proven.filter(({ type }) => type === "leaf") as Four<Part<"leaf">>;
const missing = (item: Part<"missing">["item"]): EvidencePart => ({ type: "missing", item, why: "none" });
const trace = (change: Partial<Part<"trace">>): Part<"trace"> => ({
  ...{ type: "trace", total: 1, from: 0, packed: packed(partBytes) },
  ...change,
});
/** One leaf that takes so many bytes with its length. */
const packed = (bytes: number): Uint8Array => packTrace([new Uint8Array(bytes - 2)]);

describe("a part is refused as it comes", () => {
  it.each<[string, readonly EvidencePart[], EvidencePart, LeafRange[]?]>([
    ["a text of another length than before", [texts[0]], { ...texts[1], totalBytes: texts[0].totalBytes + 1 }],
    ["a text behind a gap", [texts[0]], texts[2]],
    ["a text that came before", [texts[0]], texts[0]],
    ["a text shorter than a part, and not its end", [texts[0]], { ...texts[1], bytes: new Uint8Array(partBytes - 1) }],
    ["a text beyond its end, as long as a part", [], { ...texts[0], totalBytes: 5 }],
    ["a text that came, and is missing", [texts[0]], missing("text")],
    ["a trace that came, and is missing", [traces[0]], missing("trace")],
    ["a trace of another length than before", [traces[0]], { ...traces[1], total: traces[0].total + 1 }],
    ["a trace behind a gap", [traces[0]], { ...traces[1], from: traces[1].from + 1 }],
    ["a trace that came before", [traces[0]], traces[0]],
    ["a trace beside leaves", [leaves[0]], traces[0], RANGES],
    [
      "leaves beyond the trace's end",
      [],
      trace({ packed: packTrace([new Uint8Array(partBytes / 2), new Uint8Array(7)]) }),
    ],
    ["less than half a part, and not the trace's end", [], trace({ total: 2, packed: packed(partBytes / 2 - 1) })],
    ["a leaf where none was asked for", [], leaves[0]],
    ["a leaf beside a trace", [traces[0]], leaves[0], RANGES],
    ["a leaf of a trace of another length", [leaves[0]], { ...leaves[1], total: LONG + 1 }, RANGES],
    ["a leaf twice", [leaves[0], leaves[1]], leaves[1], RANGES],
    ["a leaf before another", [leaves[0], leaves[1], leaves[3]], leaves[2], RANGES],
    ["a leaf behind the last", [], { ...leaves[0], index: LONG }, RANGES],
  ])("%s", (_, before, part, ranges) => {
    const taker = taken(before, ranges);
    expect(() => taker.take(part)).toThrow(INVALID);
  });

  it("a trace above what one may have, to the byte", () => {
    const most = traceBytes / partBytes;
    const full = packed(partBytes);
    const parts = Array.from({ length: most }, (_, from) => trace({ total: most + 1, from, packed: full }));
    const taker = taken(parts);
    expect(() => taker.take(trace({ total: most + 1, from: most, packed: packed(3) }))).toThrow(INVALID);
  });

  it("more leaves than can be asked for, and the last one", () => {
    const leaf = (index: number): EvidencePart => ({ ...leaves[0], index, leaf: new Uint8Array(1) });
    const most = Array.from({ length: EVIDENCE_LIMITS.leaves + 1 }, (_, index) => leaf(index));
    const taker = taken(most, RANGES);
    expect(() => taker.take(leaf(most.length))).toThrow(INVALID);
  });
});

it("half a part of a trace is enough", () => {
  const taker = taken([trace({ total: 2, packed: packed(partBytes / 2) })]);
  taker.take(trace({ total: 2, from: 1, packed: packed(3) }));
});

it("what ends too early is told as that, not as something else than was signed", () => {
  for (const part of [texts[0], traces[0]]) expect(() => taken([part, { type: "end" }]).result()).toThrow(INVALID);
});

it("knows whether the last part has come", () => {
  const taker = taken([]);
  expect(taker.hasEnded).toBe(false);
  taker.take({ type: "end" });
  expect(taker.hasEnded).toBe(true);
});

it.each<[string, StagedEvidence, readonly EvidencePart[], LeafRange[]?]>([
  ["text and trace", staged, partsFor(staged.held)],
  ["leaves", long, proven, RANGES],
])("keeps %s when the memory that they came in is used again", (_, about, parts, ranges) => {
  const taker = collector(about, ranges);
  for (const part of parts) {
    const bytes = part.type === "text" ? "bytes" : part.type === "trace" ? "packed" : "leaf";
    const buffer = (part as Partial<Record<typeof bytes, Uint8Array>>)[bytes]?.slice();
    taker.take(buffer === undefined ? part : ({ ...part, [bytes]: buffer } as EvidencePart));
    buffer?.fill(0);
  }
  expect(taker.result().evidence).toMatchObject({ text: about.held.text, trace: { leaves: { 0: { token: 1000 } } } });
});

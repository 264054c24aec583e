import { describe, expect, it } from "vitest";
import { staged } from "../test/collected-evidence.ts";
import { collected } from "../test/staged-evidence.ts";
import { EVIDENCE_LIMITS, type EvidencePart } from "./evidence-messages.ts";
import { evidenceParts, type HeldEvidence, leavesToProve } from "./evidence-parts.ts";
import { packTrace } from "./trace.ts";

const { partBytes, textBytes, traceBytes, wholeTraceBytes } = EVIDENCE_LIMITS;
const RANGES = [{ from: 0, count: 1 }];
const partsOf = (item: "text" | "trace", held: Partial<HeldEvidence>): EvidencePart[] =>
  collected(evidenceParts({ ...staged.held, ...held }, { items: [item] })).slice(1, -1);
/** So many leaves, which take the bytes together. */
const packed = (leaves: number, bytes: number): Uint8Array =>
  packTrace(Array.from({ length: leaves }, () => new Uint8Array(bytes / leaves - 2)));

describe("parts of evidence", () => {
  it("cut the longest text into full parts, and no empty one", () => {
    const text = { ...staged.held.text, bytes: new Uint8Array(textBytes) };
    const lengths = partsOf("text", { text }).map((part) => part.type === "text" && part.bytes.length);
    expect(lengths).toEqual(Array(textBytes / partBytes).fill(partBytes));
  });

  it("hold as many leaves as there is room for, of the longest trace too", () => {
    const [whole, ...others] = partsOf("trace", { trace: packed(2, partBytes) });
    expect([whole, others]).toMatchObject([{ type: "trace", total: 2, from: 0 }, []]);
    const leaves = traceBytes / partBytes;
    const longest = evidenceParts({ ...staged.held, trace: packed(leaves, traceBytes) }, { items: ["trace"] });
    longest.next();
    expect(longest.next().value).toMatchObject({ type: "trace", total: leaves, packed: { length: partBytes } });
  });

  it("prove single leaves of a trace only where it is longer than may be sent whole", () => {
    const asked = { items: ["trace" as const], ranges: RANGES };
    const proven = (bytes: number) => leavesToProve({ ...staged.held, trace: packed(8, bytes) }, asked)?.length;
    expect([proven(wholeTraceBytes), proven(wholeTraceBytes + 8)]).toEqual([undefined, 8]);
  });
});

/** Every vector that holds CBOR, by a library that nobody of the network uses: what one library takes for granted is no form. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../checkout/paths.ts";
import { fromCbor, type Item, type Message, toCbor } from "./support/foreign-host/cbor.ts";

interface Frame {
  readonly message: object;
  readonly cbor: string;
}
interface Answer {
  readonly name: string;
  readonly parts: readonly string[];
}
interface Single {
  readonly cbor: string;
}
interface Vectors {
  readonly frames: Readonly<Record<string, readonly Frame[]>>;
  readonly evidence: {
    readonly asks: readonly Frame[];
    readonly answers: readonly Answer[];
    readonly wrongAsks: readonly (Single & { readonly why: string })[];
    readonly wrongAnswers: readonly Answer[];
  };
  readonly cbor: {
    readonly right: readonly (Single & { readonly means: string })[];
    readonly taken: readonly (Single & { readonly means: string; readonly written: string })[];
    readonly refused: readonly (Single & { readonly why: string })[];
  };
}

const read = <File extends keyof Vectors>(file: File): Vectors[File] =>
  JSON.parse(readFileSync(join(ROOT, "protocol/vectors", `${file}.json`), "utf8"));
const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.slice(2), "hex"));
const again = (hex: string): string => `0x${Buffer.from(toCbor(fromCbor(bytesOf(hex)))).toString("hex")}`;

/** An item as the vectors' JSON has messages: bytes as hex, integers of signed types as decimal text. */
function asVector(item: Item | undefined, like: unknown): unknown {
  if (item instanceof Uint8Array) return `0x${Buffer.from(item).toString("hex")}`;
  if (typeof item === "number" || typeof item === "bigint") return typeof like === "string" ? String(item) : item;
  if (item === null || typeof item !== "object") return item;
  const inner = Object.entries(item).map(([key, value]) => [
    key,
    asVector(value, (like as Message | undefined)?.[key]),
  ]);
  return Array.isArray(item) ? inner.map(([, value]) => value) : Object.fromEntries(inner);
}

const { frames, evidence, cbor } = { frames: read("frames"), evidence: read("evidence"), cbor: read("cbor") };
const messages = [...Object.values(frames).flat(), ...evidence.asks];
const parts = [...evidence.answers, ...evidence.wrongAnswers].flatMap((answer) => answer.parts);

describe("another CBOR library", () => {
  it("reads every message as the vector says it, and writes it in the same bytes", () => {
    expect(messages.length).toBeGreaterThan(30);
    for (const { message, cbor: hex } of messages) {
      expect(asVector(fromCbor(bytesOf(hex)), message)).toEqual(message);
      expect(again(hex)).toBe(hex);
    }
  });

  it("writes every part of evidence in the same bytes, of right answers and of wrong ones", () => {
    expect(parts.length).toBeGreaterThan(80);
    for (const hex of parts) expect(again(hex)).toBe(hex);
    for (const { cbor: hex } of evidence.wrongAsks) expect(again(hex)).toBe(hex);
  });

  it.each(cbor.right)("has $means in the same bytes", ({ cbor: hex }) => expect(again(hex)).toBe(hex));

  it.each(cbor.taken)("takes $means, and writes it as it should be", ({ cbor: hex, written }) =>
    expect(again(hex)).toBe(written),
  );

  it.each(cbor.refused)("refuses $why", ({ cbor: hex }) => expect(() => fromCbor(bytesOf(hex))).toThrow());
});

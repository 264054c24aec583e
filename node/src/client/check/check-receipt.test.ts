import { receiptFileFromJson, receiptFileToData } from "@lloom/protocol/receipt-file";
import { describe, expect, it } from "vitest";
import { provenAnswer } from "../../../../protocol/test/proven-answer.ts";
import { checkReceipt } from "./check-receipt.ts";

const { receipt, content } = provenAnswer(
  [
    { role: "system", content: "Be brief." },
    { role: "user", content: "Why?" },
  ],
  "Because.",
);
const json = JSON.stringify(receiptFileToData(receipt, content));

type Path = readonly string[];
/** Paths of all values that are neither objects nor lists. */
function leaves(value: unknown, path: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [path];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...path, key]));
}

/** Another value of the same form. */
function altered(value: unknown): unknown {
  if (typeof value === "number") return value + 1;
  const text = String(value);
  if (/^\d+$/.test(text)) return String(BigInt(text) + 1n);
  if (!text.startsWith("0x")) return text === "system" ? "user" : text === "user" ? "assistant" : `${text}!`;
  return `${text.slice(0, -1)}${text.endsWith("0") ? "1" : "0"}`;
}

/** The file with one value changed. */
function tampered(path: Path): string {
  const file = JSON.parse(json);
  const parent = path.slice(0, -1).reduce((inner, key) => inner[key], file);
  const key = path.at(-1) ?? "";
  parent[key] = altered(parent[key]);
  return JSON.stringify(file);
}

describe("checking a receipt", () => {
  it("finds an honest one right, and says what that was found by", () => {
    const { checked, unchecked, verdict } = checkReceipt(receiptFileFromJson(json));
    expect(verdict.problem).toBeUndefined();
    expect(checked.join("\n")).toMatch(/signature[\s\S]*cost[\s\S]*the prompt: [\s\S]*the answer: /);
    expect(unchecked).toEqual(["whether it was settled: only the chain knows"]);
  });

  it("says which texts it could not check", () => {
    const bare = checkReceipt({ receipt, content: {} });
    expect(bare.checked).toHaveLength(5);
    expect(bare.unchecked[0]).toBe("the prompt: the file holds no salt for it");
    const { prompt, answer } = content;
    const salts = checkReceipt({ receipt, content: { prompt: { salt: prompt.salt }, answer } });
    expect(salts.unchecked[0]).toBe("the prompt: the file holds its salt, but no messages");
    expect(salts.checked).toContain("the answer: it is the text that was signed");
  });

  it.each(leaves(JSON.parse(json)).map((path) => [path.join("."), path] as const))("refuses another %s", (_, path) => {
    expect(() => checkReceipt(receiptFileFromJson(tampered(path)))).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^(RECEIPT|REQUEST)_INVALID$/) }),
    );
  });
});

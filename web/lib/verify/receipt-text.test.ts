import { expect, it } from "vitest";
import { receiptTextOf } from "./receipt-text.ts";

const json = JSON.stringify({ version: 2, note: "ü".repeat(100) });

it.each([
  [` ${json}\n`, json],
  [Buffer.from(json).toString("base64url"), json],
  [Buffer.from(json).toString("base64url").slice(0, 150), undefined],
  [`eyJ${"*".repeat(300)}`, undefined],
  [Buffer.from([0x7b, 0x22, ...new Uint8Array(200).fill(0xff)]).toString("base64url"), undefined],
  ["tiny-llama", undefined],
  ["", undefined],
])("finds the JSON of a receipt in %.30j, or none", (text, found) => expect(receiptTextOf(text)).toBe(found));

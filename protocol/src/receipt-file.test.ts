import { describe, expect, it } from "vitest";
import { provenAnswer } from "../test/proven-answer.ts";
import { receiptFileFromJson, receiptFileToData } from "./receipt-file.ts";

const { receipt, content } = provenAnswer([{ role: "user", content: "42" }], "7");
const { prompt, answer } = content;
const json = JSON.stringify(receiptFileToData(receipt, content));
const salts = JSON.stringify(
  receiptFileToData(receipt, { prompt: { salt: prompt.salt }, answer: { salt: answer.salt } }),
);

describe("a receipt's file", () => {
  it("keeps receipt, salts and texts, also texts that look like numbers", () => {
    expect(json).not.toContain("\n");
    expect(receiptFileFromJson(json)).toEqual({ receipt, content });
  });

  it("keeps a prompt that is far longer than any receipt", () => {
    const long = provenAnswer([{ role: "user", content: '"\u0000'.repeat(500_000) }], "Yes.");
    expect(receiptFileFromJson(JSON.stringify(receiptFileToData(long.receipt, long.content)))).toEqual(long);
  });

  it("is found in the gateway's answer, whose text stands beside it", () => {
    const whole = { choices: [{ message: { content: "7" } }], lloom: { receipt: JSON.parse(salts) } };
    expect(receiptFileFromJson(JSON.stringify(whole))).toEqual({
      receipt,
      content: { prompt: { salt: prompt.salt }, answer },
    });
    const { content: last } = receiptFileFromJson(JSON.stringify({ ...whole, choices: [{ delta: {} }] }));
    expect(last.answer).toEqual({ salt: answer.salt });
    for (const choices of [[], undefined])
      expect(receiptFileFromJson(JSON.stringify({ ...whole, choices })).content.answer).toEqual({ salt: answer.salt });
  });

  it("is found in what lloom ask --json prints, and in the field lloom alone", () => {
    const printed = { answer: "7", cost: "1", receipt: JSON.parse(salts) };
    expect(receiptFileFromJson(JSON.stringify(printed)).content.answer).toEqual(answer);
    const { answer: _, ...field } = printed;
    expect(receiptFileFromJson(JSON.stringify(field)).receipt).toEqual(receipt);
  });

  it("may write its salts in capitals", () => {
    const loud = json.replace(prompt.salt, prompt.salt.toUpperCase());
    expect(loud).not.toBe(json);
    expect(receiptFileFromJson(loud)).toEqual(receiptFileFromJson(json));
  });

  it("that is no JSON says why", () => {
    const refusal = { code: "REQUEST_INVALID", message: "Not a receipt: not JSON.", cause: expect.any(SyntaxError) };
    expect(() => receiptFileFromJson("{")).toThrow(expect.objectContaining(refusal));
  });

  it("has 32 MiB of characters at most", () => {
    const longest = json.padEnd(32 * 1024 * 1024);
    expect(receiptFileFromJson(longest)).toEqual({ receipt, content });
    expect(() => receiptFileFromJson(`${longest} `)).toThrow(/longer than 33554432 characters/);
  });

  it("may hold no content", () => {
    const { content: _, ...bare } = JSON.parse(json);
    expect(receiptFileFromJson(JSON.stringify(bare))).toEqual({ receipt, content: {} });
  });

  it.each<[string, string, RegExp]>([
    ["has a salt that is a number", json.replace(`"${prompt.salt}"`, "5"), /content\.prompt\.salt: must be 32 bytes/],
    [
      "has no list of messages",
      json.replace(/"messages":\[.*?\]/, '"messages":"42"'),
      /prompt\.messages: must be a list\.$/,
    ],
    ["is a list", "[]", /not a JSON object/],
    ["is null", "null", /not a JSON object/],
    ["is no receipt", "{}", /version:/],
    ["has a short salt", json.replace(prompt.salt, "0x5a"), /content\.prompt\.salt: must be 32 bytes/],
    ["has an unknown role", json.replace('"role":"user"', '"role":"king"'), /content\.prompt\.messages\.0\.role:/],
    ["has a wrong field in the receipt", json.replace('"nonce":"2"', '"nonce":2'), /request\.nonce:/],
  ])("is refused when it %s", (_, text, message) => {
    expect(() => receiptFileFromJson(text)).toThrow(
      expect.objectContaining({ code: "REQUEST_INVALID", message: expect.stringMatching(message) }),
    );
  });
});

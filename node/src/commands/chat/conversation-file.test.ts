import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import { afterAll, expect, it } from "vitest";
import { provenAnswer } from "../../../../protocol/test/proven-answer.ts";
import { checkReceipt } from "../../client/check/check-receipt.ts";
import { type Conversation, messagesWith, type PaidTurn, paidSoFar, receiptOfTurn } from "./conversation.ts";
import { conversationFromText, conversationText, readConversation, saveConversation } from "./conversation-file.ts";

const folder = mkdtempSync(join(tmpdir(), "lloom-chat-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The same conversation with one paid turn more. */
function said(before: Conversation, question: string, answer: string): Conversation {
  const { receipt, content } = provenAnswer(messagesWith(before, question), answer);
  const { domain, ...bare } = receipt;
  const salts = { prompt: content.prompt.salt, answer: content.answer.salt };
  const requestHash = createCommitmentHasher(domain).hashRequest(bare.request);
  const turn: PaidTurn = { question, answer, requestHash, receipt: bare, domain, salts, paid: 7n };
  return { ...before, turns: [...before.turns, turn] };
}

const MOONS = said(said({ system: "Be short.", turns: [] }, "Name a moon.", "Io."), "Another one.", "Europa.");
const TEXT = conversationText({ model: "lloom-tiny", ...MOONS });

it("all that was said is sent with the next question, instructions first", () => {
  expect(messagesWith(MOONS, "And?").map(({ role, content }) => `${role}: ${content}`)).toEqual([
    ...["system: Be short.", "user: Name a moon.", "assistant: Io.", "user: Another one.", "assistant: Europa."],
    "user: And?",
  ]);
});

it("each answer's receipt proves the whole prompt that it was asked with", () => {
  const second = receiptOfTurn(MOONS, 2) ?? expect.fail("There are two answers.");
  expect(checkReceipt(second).checked).toContain("the prompt: it is the text that was signed");
  expect(receiptOfTurn(MOONS, 3)).toBeUndefined();
  expect(receiptOfTurn(MOONS, 0)).toBeUndefined();
});

it("counts what this deployment was paid, and no other token", () => {
  const domain = MOONS.turns[0]?.domain ?? expect.fail("It has turns.");
  expect(paidSoFar(MOONS, domain)).toBe(14n);
  expect(paidSoFar(MOONS, { ...domain, chainId: 1n })).toBe(0n);
});

it("comes back from its file as it was, and for its owner alone", () => {
  const path = join(folder, "moons.json");
  const saved = { model: "lloom-tiny", ...MOONS };
  saveConversation(path, saved);
  expect(readConversation(path)).toEqual(saved);
  if (process.platform !== "win32") expect(statSync(path).mode & 0o777).toBe(0o600);
  const one = { model: "another", system: undefined, turns: [] };
  saveConversation(path, one);
  expect(readConversation(path)).toEqual(one);
});

it("is written over nothing else", () => {
  const path = join(folder, "letter.txt");
  writeFileSync(path, "Dear all");
  expect(() => saveConversation(path, { model: "x", system: undefined, turns: [] })).toThrow("is no conversation");
  expect(readFileSync(path, "utf8")).toBe("Dear all");
});

it.each([
  ["an answer", '"Io."', '"Titan."', /answer 1: /],
  ["a question", '"Another one."', '"Another planet."', /answer 2: /],
  ["the instructions", '"Be short."', '"Be long."', /answer 1: /],
])("is refused when somebody changed %s", (_, from, to, problem) => {
  expect(TEXT).toContain(from);
  expect(() => conversationFromText(TEXT.replace(from, to), "moons.json")).toThrow(
    expect.objectContaining({ code: "RECEIPT_INVALID", message: expect.stringMatching(problem) }),
  );
});

it.each(["", "{}", "[]", TEXT.replace('"version": 1', '"version": 2'), TEXT.replace('"paid": "7"', '"paid": "-7"')])(
  "is told apart from what is no conversation: %#",
  (text) => {
    expect(() => conversationFromText(text, "x")).toThrow(expect.objectContaining({ code: "COMMAND_INVALID" }));
  },
);

import { describe, expect, it } from "vitest";
import { CLIENT } from "../../test/honest-lane.ts";
import { provenAnswer } from "../../test/proven-answer.ts";
import { createCommitmentHasher } from "../commitments.ts";
import type { ReceiptFile } from "../receipt-file.ts";
import { verifyReceipt } from "../receipts.ts";
import { recoverAddress, signDigest } from "../signatures.ts";
import { receiptLines } from "./lines.ts";

const { receipt, content } = provenAnswer([{ role: "user", content: "Why?" }], "Because.");
const hasher = createCommitmentHasher(receipt.domain);
const checks = { hasher, recover: recoverAddress };
const statesOf = (file: ReceiptFile) =>
  Object.fromEntries(receiptLines(checks, file).lines.map(({ name, state }) => [name, state]));
const ALL_RIGHT = {
  client: "right",
  executor: "right",
  link: "right",
  terms: "right",
  lane: "right",
  prompt: "right",
  answer: "right",
};

describe("a receipt line by line", () => {
  it("is right in every line where it is honest", () => {
    expect(statesOf({ receipt, content })).toEqual(ALL_RIGHT);
    const { inboundTokens, outboundTokens } = receipt.response;
    expect(receiptLines(checks, { receipt, content }).lines.map(({ says }) => says)).toEqual([
      "the client that the request names made it",
      "the executor that the request names made it",
      "it answers this very request",
      `${inboundTokens} + ${outboundTokens} tokens are within the limits, cost what the prices say, and keep the lane within its cap`,
      "they include those of this answer",
      "it is the text that was signed",
      "it is the text that was signed",
    ]);
  });

  it("leaves open what the file is silent about, and says why", () => {
    expect(statesOf({ receipt, content: {} })).toEqual({ ...ALL_RIGHT, prompt: "open", answer: "open" });
    const { lines } = receiptLines(checks, { receipt, content: { answer: { salt: content.answer.salt } } });
    expect(lines.filter(({ state }) => state === "open").map(({ says }) => says)).toEqual([
      "the file holds no salt for it",
      "the file holds its salt, but no text",
    ]);
    const salted = receiptLines(checks, { receipt, content: { ...content, prompt: { salt: content.prompt.salt } } });
    expect(salted.lines.find(({ name }) => name === "prompt")?.says).toBe("the file holds its salt, but no messages");
  });

  it("names every line that is wrong, and goes on", () => {
    const response = { ...receipt.response, cumulativeCost: receipt.response.cumulativeCost + 1n };
    const file = {
      receipt: { ...receipt, response },
      content: { ...content, answer: { ...content.answer, text: "No." } },
    };
    expect(statesOf(file)).toEqual({ ...ALL_RIGHT, executor: "wrong", terms: "wrong", answer: "wrong" });
    const messages = [{ role: "user" as const, content: "How?" }];
    const asked = { receipt, content: { ...content, prompt: { ...content.prompt, messages } } };
    expect(statesOf(asked)).toEqual({ ...ALL_RIGHT, prompt: "wrong" });
    const [first] = receiptLines(checks, file).lines.filter(({ state }) => state === "wrong");
    expect(first?.says).toBe(verifyReceipt(checks, file.receipt).problem);
  });

  it("judges an answer by its own terms where it names another request", () => {
    const request = { ...receipt.request, deadline: receipt.request.deadline + 1n };
    const clientSignature = signDigest(hasher.hashRequest(request), CLIENT.secret);
    const file = { receipt: { ...receipt, request, clientSignature }, content };
    expect(statesOf(file)).toEqual({ ...ALL_RIGHT, link: "wrong" });
  });

  it("says which session key signed", () => {
    const secret = new Uint8Array(32).fill(0x5e);
    const clientSignature = signDigest(hasher.hashRequest(receipt.request), secret);
    const file = { receipt: { ...receipt, clientSignature }, content };
    const { signers } = receiptLines(checks, file);
    expect(statesOf(file)["client"]).toBe("wrong");
    const isSessionSigner = (signer: string) => signer === signers.client;
    const [line] = receiptLines({ ...checks, isSessionSigner }, file).lines;
    expect(line).toMatchObject({ state: "right", says: `a session key of the client made it, ${signers.client}` });
  });
});

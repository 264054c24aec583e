import { describe, expect, it } from "vitest";
import { CLIENT, EXECUTOR, honestLane, type Party, party } from "../test/honest-lane.ts";
import { seeded } from "../test/seeded.ts";
import { hashContent, hashPrompt } from "./canonical.ts";
import type { Hex, Receipt, RequestCommitment, ResponseCommitment } from "./commitment-types.ts";
import { createCommitmentHasher } from "./commitments.ts";
import { answerCost } from "./lane.ts";
import { deliveryHash } from "./merkle.ts";
import type { ChatMessage } from "./messages.ts";
import { receiptFromData, receiptToData, verifyReceipt } from "./receipts.ts";
import { recoverAddress, signDigest } from "./signatures.ts";

const domain = { chainId: 31337n, accounting: `0x${"ac".repeat(20)}` } as const;
const hasher = createCommitmentHasher(domain);
const checks = { hasher, recover: recoverAddress };

function lastOf(seed: number): Receipt {
  const receipt = honestLane(seeded(seed), hasher, 2).at(-1)?.receipt;
  if (receipt === undefined) throw new TypeError("An honest lane has answers.");
  return receipt;
}
const honest = lastOf(21);

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

interface Changes {
  readonly request?: Partial<RequestCommitment>;
  readonly response?: Partial<ResponseCommitment>;
  readonly clientKey?: Party;
  readonly executorKey?: Party;
}

/** The honest receipt with changes that both parties signed. */
function resigned({ request, response, clientKey = CLIENT, executorKey = EXECUTOR }: Changes): Receipt {
  const changedRequest = { ...honest.request, ...request };
  const requestHash = hasher.hashRequest(changedRequest);
  const changedResponse = { ...honest.response, requestHash, ...response };
  return {
    request: changedRequest,
    response: changedResponse,
    clientSignature: signDigest(requestHash, clientKey.secret),
    executorSignature: signDigest(hasher.hashResponse(changedResponse), executorKey.secret),
  };
}

/** The honest receipt as text, for changes of its letters. */
const text = JSON.stringify(receiptToData({ ...honest, domain }));
const read = (json: string) => receiptFromData(JSON.parse(json));

describe("receiptToData and receiptFromData", () => {
  it("keep every field and the deployment (seeds 30 to 39)", () => {
    for (let seed = 30; seed < 40; seed++) {
      const receipt = lastOf(seed);
      expect(receiptFromData(receiptToData({ ...receipt, domain }))).toEqual({ ...receipt, domain });
    }
  });

  it("hold a version, decimal text and hex, all of which JSON keeps", () => {
    expect(JSON.parse(text)).toEqual(receiptToData({ ...honest, domain }));
    expect(receiptToData({ ...honest, domain })).toMatchObject({
      version: 2,
      domain: { chainId: "31337", accounting: domain.accounting },
      request: { model: honest.request.model, nonce: "2", client: CLIENT.address },
      response: { finishReason: String(honest.response.finishReason) },
    });
  });

  it("keep a model's name that looks like a number", () => {
    const receipt = { ...honest, request: { ...honest.request, model: "42" } };
    expect(receiptFromData(receiptToData({ ...receipt, domain })).request.model).toBe("42");
  });

  it.each<[string, (hex: string) => string]>([
    ["capitals", (hex) => hex.toUpperCase()],
    ["capitals behind 0x", (hex) => `0x${hex.slice(2).toUpperCase()}`],
    ["mixed case, as checksums are", (hex) => hex.replace(/[a-f](?=\d)/g, (letter) => letter.toUpperCase())],
  ])("are read with hex in %s", (_, write) => {
    const loud = text.replace(/0x[0-9a-f]+/g, write);
    expect(loud).not.toBe(text);
    expect(read(loud)).toEqual({ ...honest, domain });
  });

  it.each<[string, (text: string) => string, RegExp]>([
    ["is null", () => "null", /receipt:/],
    ["is of another version", (text) => text.replace('"version":2', '"version":1'), /version:/],
    ["lacks its deployment", (text) => text.replace('"domain"', '"elsewhere"'), /domain:/],
    ["has a number for an integer", (text) => text.replace('"nonce":"2"', '"nonce":2'), /request.nonce:/],
    [
      "has letters before or behind an integer",
      (text) => text.replace('"nonce":"2"', '"nonce":"2a"'),
      /request.nonce:/,
    ],
    ["has a number written in another way", (text) => text.replace('"nonce":"2"', '"nonce":"02"'), /request.nonce:/],
    [
      "has a negative number",
      (text) => text.replace('"nonce":"2"', '"nonce":"-2"'),
      /nonce: must be a whole number as text/,
    ],
    [
      "has a number out of range",
      (text) => text.replace('"nonce":"2"', '"nonce":"4294967296"'),
      /nonce: must be at most 4294967295\.$/,
    ],
    ["has a broken signature", (text) => text.replace('"r":"0x', '"r":"0y'), /clientSignature.r:/],
    [
      "has a hash in a list",
      (text) => text.replace(/"promptHash":("\w+")/, '"promptHash":[$1]'),
      /request.promptHash:/,
    ],
    ["is a list", () => "[]", /version:/],
    ["has too many digits", (text) => text.replace('"nonce":"2"', `"nonce":"${"1".repeat(100)}"`), /1 to 78 digits\.$/],
    ["lacks a field", (text) => text.replace('"nonce":"2",', ""), /request\.nonce: is missing\.$/],
  ])("refuse data that %s", (_, change, message) => {
    expect(() => read(change(text))).toThrow(
      expect.objectContaining({ code: "REQUEST_INVALID", message: expect.stringMatching(message) }),
    );
  });
});

describe("verifyReceipt", () => {
  it("finds nothing wrong with an honest receipt and tells its ids and cost", () => {
    expect(verifyReceipt(checks, honest)).toStrictEqual({
      requestHash: hasher.hashRequest(honest.request),
      responseHash: hasher.hashResponse(honest.response),
      cost: answerCost(honest.request, honest.response),
    });
  });

  it("refuses a receipt for another deployment", () => {
    const elsewhere = createCommitmentHasher({ ...domain, chainId: 1n });
    expect(verifyReceipt({ ...checks, hasher: elsewhere }, honest).problem).toBe(
      "Request is not signed by its client.",
    );
  });

  it.each<[string, Changes, string | RegExp]>([
    ["somebody else signed the request", { clientKey: EXECUTOR }, "Request is not signed by its client."],
    [
      "somebody else signed the response",
      { executorKey: CLIENT },
      "Response is not signed by the executor that the request names.",
    ],
    [
      "the response answers another request",
      { response: { requestHash: `0x${"00".repeat(32)}` } },
      "Response names another request.",
    ],
    [
      "the total is wrong",
      { response: { cumulativeCost: honest.response.cumulativeCost + 1n } },
      /by its tokens it is/,
    ],
    ["the total is above the cap", { request: { costCap: honest.response.cumulativeCost - 1n } }, /above the cap/],
    ["too many tokens are counted", { request: { maxInboundTokens: 0n } }, /prompt tokens; at most 0/],
    ["the nonce is 0", { request: { nonce: 0n } }, "Request has nonce 0; nonces begin at 1."],
    [
      "the lane counts fewer tokens than the answer",
      { response: { cumulativeInbound: honest.response.inboundTokens - 1n } },
      "Response counts fewer tokens for the lane than for the answer.",
    ],
  ])("says it when %s", (_, changes, problem) => {
    expect(verifyReceipt(checks, resigned({})).problem).toBeUndefined();
    expect(verifyReceipt(checks, resigned(changes)).problem).toMatch(problem);
  });

  it("takes a session signer only where it is known to sign for the client", () => {
    const session = party(0x5e);
    const receipt = resigned({ clientKey: session });
    const isSessionSigner = (signer: string, principal: string) =>
      signer === session.address && principal === CLIENT.address;
    expect(verifyReceipt(checks, receipt).problem).toBe("Request is not signed by its client.");
    expect(verifyReceipt({ ...checks, isSessionSigner }, receipt).problem).toBeUndefined();
  });

  it("takes nobody for a signer where a signature is none", () => {
    const broken = { ...honest, clientSignature: { ...honest.clientSignature, r: `0x${"00".repeat(32)}` as const } };
    const anybody = { ...checks, isSessionSigner: () => true };
    expect(verifyReceipt(anybody, broken).problem).toBe("Request is not signed by its client.");
  });

  it("holds both counts of the lane against the answer's own", () => {
    const { inboundTokens, outboundTokens } = honest.response;
    const counted = (cumulativeInbound: bigint, cumulativeOutbound: bigint) =>
      verifyReceipt(checks, resigned({ response: { cumulativeInbound, cumulativeOutbound } })).problem;
    expect(counted(inboundTokens, outboundTokens)).toBeUndefined();
    expect(counted(inboundTokens, outboundTokens - 1n)).toMatch(/fewer tokens for the lane/);
  });

  describe("with the content", () => {
    const salt: Hex = `0x${"5a".repeat(32)}`;
    const messages: ChatMessage[] = [{ role: "user", content: "Why?" }];
    const receipt = resigned({
      request: { promptHash: hashPrompt(salt, messages) },
      response: { contentHash: hashContent(salt, "Because."), deliveryHash: deliveryHash(utf8("Because.")) },
    });
    const problem = (content: Parameters<typeof verifyReceipt>[2]) => verifyReceipt(checks, receipt, content).problem;

    it("takes what was asked and answered", () => {
      expect(problem({ prompt: { salt, messages }, answer: { salt, text: "Because." } })).toBeUndefined();
    });

    it("refuses an answer of which other bytes were delivered", () => {
      const changed = { contentHash: hashContent(salt, "Why not."), deliveryHash: deliveryHash(utf8("Because.")) };
      expect(
        verifyReceipt(checks, resigned({ response: changed }), { answer: { salt, text: "Why not." } }).problem,
      ).toBe("The answer is not made of the bytes that the executor says it delivered.");
    });

    it("refuses other messages, another answer, another salt", () => {
      const other: Hex = `0x${"5b".repeat(32)}`;
      const asked = "The messages are not those that the client signed.";
      const answered = "The answer is not the one that the executor signed.";
      expect(problem({ prompt: { salt, messages: [] } })).toBe(asked);
      expect(problem({ prompt: { salt: other, messages } })).toBe(asked);
      expect(problem({ answer: { salt, text: "Because" } })).toBe(answered);
      expect(problem({ answer: { salt: other, text: "Because." } })).toBe(answered);
    });
  });
});

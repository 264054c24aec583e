import { describe, expect, it } from "vitest";
import { provenAnswer } from "../../../protocol/test/proven-answer.ts";
import { examineReceiptFile, examineText } from "./examine.ts";
import { keysInForce, readSettledAnswer, type SettledAnswer, settledLine } from "./settled.ts";

const { receipt, content } = provenAnswer([{ role: "user", content: "Why?" }], "Because.");
const { domain, request, response } = receipt;
const { responseHash } = examineReceiptFile({ receipt, content }, []);
const settlement = { id: "1-2", nonce: request.nonce, responseHash, laneCost: response.cumulativeCost, unpaid: 0n };
const told = (changes: Partial<SettledAnswer>): SettledAnswer => ({
  network: domain,
  settlement,
  keys: [],
  ...changes,
});
const lineOf = (changes: Partial<SettledAnswer>) => settledLine(receipt, responseHash, told(changes));

describe("the line about the chain", () => {
  it("is right for the very answer, and for a lane that was settled beyond it", () => {
    expect(lineOf({})).toMatchObject({ state: "right", settlementId: "1-2" });
    const later = { ...settlement, nonce: request.nonce + 3n, responseHash: domain.accounting };
    expect(lineOf({ settlement: later })).toMatchObject({
      state: "right",
      says: expect.stringContaining("later answers"),
    });
    const owed = { ...settlement, laneCost: response.cumulativeCost - 5n, unpaid: 5n };
    expect(lineOf({ settlement: owed }).state).toBe("right");
  });

  it("is wrong where the chain has another answer in its place, or less than it says", () => {
    expect(lineOf({ settlement: { ...settlement, responseHash: domain.accounting } }).state).toBe("wrong");
    const less = { ...settlement, nonce: request.nonce + 1n, laneCost: response.cumulativeCost - 1n };
    expect(lineOf({ settlement: less }).state).toBe("wrong");
  });

  it("says why it knows nothing", () => {
    expect(lineOf({ network: undefined }).says).toMatch(/not seen its contracts/);
    expect(lineOf({ network: { ...domain, chainId: 1n } }).says).toMatch(/another deployment/);
    expect(lineOf({ settlement: undefined })).toMatchObject({
      state: "open",
      says: expect.stringMatching(/^not settled/),
    });
  });
});

it("takes a revoked key for deadlines up to its end alone", () => {
  const key = (thawEnd: bigint | null) => ({ signer: domain.accounting, principal: request.client, thawEnd });
  const keys = [key(null), key(9n), key(10n), key(0n)];
  expect(keysInForce(told({ keys }), 10n)).toHaveLength(3);
});

it("reads what the explorer's own route tells, and refuses what is none", () => {
  const body = {
    network: { chainId: "31337", accounting: domain.accounting },
    settlement: { id: "1-2", nonce: "2", responseHash, laneCost: "7", unpaid: "0" },
    keys: [{ signer: domain.accounting, principal: request.client, thawEnd: null }],
  };
  expect(readSettledAnswer(body)).toEqual({
    network: domain,
    settlement: { id: "1-2", nonce: 2n, responseHash, laneCost: 7n, unpaid: 0n },
    keys: [{ signer: domain.accounting, principal: request.client, thawEnd: null }],
  });
  expect(readSettledAnswer({ network: null, settlement: null, keys: [] }).settlement).toBeUndefined();
  expect(() => readSettledAnswer({ ...body, keys: "none" })).toThrow(/keys is not a list/);
});

it.each([
  ["", /nothing to check/],
  [" \n", /nothing to check/],
  ["{", /not JSON/],
  ["[]", /not a JSON object/],
  ['{"version":1}', /^Not a receipt of version 2: version/],
  ["[".repeat(200_000), /^Not a receipt: /],
  [`{"__proto__":{"version":2},"constructor":{}}`, /^Not a receipt of version 2/],
])("refuses %.20j clearly", (text, words) => {
  expect(examineText(text)).toEqual({ refusal: expect.stringMatching(words) });
});

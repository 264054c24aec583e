import type { ChannelFunds } from "@lloom/protocol/channel-money";
import { type Address, type ModelOffer, type RequestCommitment, ZERO_HASH } from "@lloom/protocol/commitment-types";
import { MOST_EMBEDDING_OUTBOUND } from "@lloom/protocol/form/embedding";
import { EMPTY_LANE } from "@lloom/protocol/lane";
import { describe, expect, it } from "vitest";
import {
  answerLimit,
  fundingProblem,
  laneProblem,
  signerProblem,
  sizeProblem,
  type TermsFacts,
  termsProblem,
} from "./admission-rules.ts";

const CLIENT: Address = `0x${"c1".repeat(20)}`;
const EXECUTOR: Address = `0x${"e1".repeat(20)}`;
const NOW = 1_800_000_000n;

const offer: ModelOffer = {
  executor: EXECUTOR,
  offerId: 1n,
  model: "tiny",
  weightsHash: `0x${"11".repeat(32)}`,
  profileHash: `0x${"22".repeat(32)}`,
  inboundPrice: 100n,
  outboundPrice: 400n,
  maxContext: 512n,
  validUntil: NOW + 60n,
};

const request: RequestCommitment = {
  client: CLIENT,
  executor: EXECUTOR,
  model: "tiny",
  promptHash: `0x${"33".repeat(32)}`,
  paramsHash: `0x${"44".repeat(32)}`,
  maxInboundTokens: 100n,
  maxOutboundTokens: 200n,
  inboundPrice: 100n,
  outboundPrice: 400n,
  lane: 7n,
  nonce: 1n,
  ackedCost: 0n,
  costCap: 1_000n,
  prevResponseHash: ZERO_HASH,
  deadline: NOW + 600n,
};

const terms = (change: Partial<TermsFacts>, asked: Partial<RequestCommitment> = {}): TermsFacts => ({
  request: { ...request, ...asked },
  executor: EXECUTOR,
  offer,
  offerStands: true,
  nowSeconds: NOW,
  isEmbedding: false,
  promptHash: request.promptHash,
  paramsHash: request.paramsHash,
  weightsHash: offer.weightsHash,
  profileHash: offer.profileHash,
  ...change,
});

describe("terms of a request", () => {
  it("pass when everything fits the offer", () => {
    expect(termsProblem(terms({}))).toBeUndefined();
  });

  it.each([
    ["another executor is named", terms({}, { executor: CLIENT }), "REQUEST_INVALID"],
    ["the model is not offered", terms({ offer: undefined }), "MODEL_NOT_FOUND"],
    ["its offer is of another run", terms({ offerStands: false }), "OFFER_UNKNOWN"],
    [
      "its offer is of another run, and the model is offered no more",
      terms({ offerStands: false, offer: undefined }),
      "OFFER_UNKNOWN",
    ],
    ["other weights are asked for", terms({ weightsHash: ZERO_HASH }), "OFFER_UNKNOWN"],
    ["another profile is asked for", terms({ profileHash: ZERO_HASH }), "OFFER_UNKNOWN"],
    ["the inbound price is one unit too low", terms({}, { inboundPrice: 99n }), "PRICE_REFUSED"],
    ["the outbound price is one unit too low", terms({}, { outboundPrice: 399n }), "PRICE_REFUSED"],
    [
      "vectors are asked for below the inbound price",
      terms({ isEmbedding: true }, { inboundPrice: 99n, outboundPrice: 0n }),
      "PRICE_REFUSED",
    ],
    ["the prompt is not the signed one", terms({ promptHash: ZERO_HASH }), "REQUEST_INVALID"],
    ["the parameters are not the signed ones", terms({ paramsHash: ZERO_HASH }), "REQUEST_INVALID"],
    ["the deadline is 9 s ahead", terms({}, { deadline: NOW + 9n }), "DEADLINE_INVALID"],
    ["the deadline is more than an hour ahead", terms({}, { deadline: NOW + 3_601n }), "DEADLINE_INVALID"],
    ["the deadline has passed", terms({}, { deadline: NOW - 1n }), "DEADLINE_INVALID"],
  ])("are refused when %s", (_name, facts, code) => {
    expect(termsProblem(facts)?.code).toBe(code);
  });

  it("pass at both ends of the deadline's window", () => {
    for (const ahead of [10n, 3_600n]) expect(termsProblem(terms({}, { deadline: NOW + ahead }))).toBeUndefined();
  });
});

describe("the signer of a request", () => {
  it("is the client or its session signer", () => {
    expect(signerProblem({ client: CLIENT, recovered: CLIENT, principal: undefined })).toBeUndefined();
    expect(signerProblem({ client: CLIENT, recovered: EXECUTOR, principal: CLIENT })).toBeUndefined();
  });

  it("is nobody else", () => {
    const strangers = [
      { recovered: EXECUTOR, principal: undefined },
      { recovered: EXECUTOR, principal: EXECUTOR },
      { recovered: undefined, principal: undefined },
      { recovered: undefined, principal: CLIENT },
    ];
    for (const stranger of strangers)
      expect(signerProblem({ client: CLIENT, ...stranger })?.code).toBe("SIGNATURE_INVALID");
  });
});

describe("the lane of a request", () => {
  it("is idle, in step, and not settled beyond the request", () => {
    const facts = { request, lane: EMPTY_LANE, busy: false, settledNonce: 0n };
    expect(laneProblem(facts)).toBeUndefined();
    expect(laneProblem({ ...facts, busy: true })?.code).toBe("LANE_BUSY");
    expect(laneProblem({ ...facts, settledNonce: 1n })?.code).toBe("LANE_OUT_OF_STEP");
    expect(laneProblem({ ...facts, lane: { ...EMPTY_LANE, nonce: 1n } })?.code).toBe("LANE_OUT_OF_STEP");
  });
});

describe("money behind a request", () => {
  const funding = (channel: Partial<ChannelFunds>, outstanding = 0n, asked: Partial<RequestCommitment> = {}) =>
    fundingProblem({
      request: { ...request, ...asked },
      lane: EMPTY_LANE,
      channel: { balance: 1_000n, unlocking: 0n, unlockAt: 0n, ...channel },
      outstanding,
      nowSeconds: NOW,
      unlockMarginSeconds: 3_600n,
    })?.code;

  it("covers exactly the cap", () => {
    expect(funding({ balance: 1_000n })).toBeUndefined();
    expect(funding({ balance: 999n })).toBe("CHANNEL_UNDERFUNDED");
  });

  it("covers what is outstanding too", () => {
    expect(funding({ balance: 1_500n }, 500n)).toBeUndefined();
    expect(funding({ balance: 1_500n }, 501n)).toBe("CHANNEL_UNDERFUNDED");
  });

  it("counts only what the cap adds to the lane's own cost", () => {
    const lane = { ...EMPTY_LANE, nonce: 3n, cost: 400n };
    const channel = { balance: 1_000n, unlocking: 0n, unlockAt: 0n };
    const facts = { request, lane, channel, nowSeconds: NOW, unlockMarginSeconds: 0n };
    expect(fundingProblem({ ...facts, outstanding: 400n })).toBeUndefined();
    expect(fundingProblem({ ...facts, outstanding: 401n })?.code).toBe("CHANNEL_UNDERFUNDED");
  });

  it("does not count what is being unlocked", () => {
    const unlockAt = NOW + 80_000n;
    expect(funding({ balance: 2_000n, unlocking: 1_000n, unlockAt })).toBeUndefined();
    expect(funding({ balance: 2_000n, unlocking: 1_001n, unlockAt })).toBe("UNLOCK_PENDING");
    expect(funding({ balance: 1_000n, unlocking: 1n, unlockAt })).toBe("UNLOCK_PENDING");
    expect(funding({ balance: 999n, unlocking: 1n, unlockAt })).toBe("CHANNEL_UNDERFUNDED");
  });

  it("is not relied on when its unlock is near", () => {
    expect(funding({ balance: 9_000n, unlocking: 1n, unlockAt: NOW + 3_600n })).toBeUndefined();
    expect(funding({ balance: 9_000n, unlocking: 1n, unlockAt: NOW + 3_599n })).toBe("UNLOCK_PENDING");
  });
});

describe("the size of a request", () => {
  const { maxContext } = offer;
  const size = (inboundTokens: number | undefined, asked: Partial<RequestCommitment> = {}, isEmbedding = false) =>
    sizeProblem({ request: { ...request, ...asked }, inboundTokens, maxContext, isEmbedding })?.code;

  it("fits limit and context", () => {
    expect(size(100)).toBeUndefined();
    expect(size(100, { maxOutboundTokens: 4_000_000_000n })).toBeUndefined();
    expect(size(undefined)).toBeUndefined();
    expect(size(511, { maxInboundTokens: 600n })).toBeUndefined();
  });

  it("is refused beyond them", () => {
    expect(size(101)).toBe("REQUEST_INVALID");
    expect(size(512, { maxInboundTokens: 600n })).toBe("CONTEXT_EXCEEDED");
    expect(size(10, { maxOutboundTokens: 0n })).toBe("REQUEST_INVALID");
  });

  it("of vectors covers what revealing them may cost, and holds no sum of texts against the context", () => {
    const most = BigInt(MOST_EMBEDDING_OUTBOUND);
    expect(size(5_000, { maxInboundTokens: 5_000n, maxOutboundTokens: most }, true)).toBeUndefined();
    expect(size(5_001, { maxInboundTokens: 5_000n, maxOutboundTokens: most }, true)).toBe("REQUEST_INVALID");
    expect(size(10, { maxOutboundTokens: most - 1n }, true)).toBe("REQUEST_INVALID");
    const asked = { ...request, maxOutboundTokens: most };
    expect(answerLimit({ request: asked, inboundTokens: 511, maxContext, isEmbedding: true })).toBe(Number(most));
  });

  it("limits the answer to what was signed, and to what the prompt leaves of the context", () => {
    const limit = (inboundTokens: number | undefined, maxOutboundTokens: bigint): number =>
      answerLimit({ request: { ...request, maxOutboundTokens }, inboundTokens, maxContext, isEmbedding: false });
    expect([limit(100, 411n), limit(100, 412n), limit(100, 413n), limit(100, 4_000_000_000n)]).toEqual([
      411, 412, 412, 412,
    ]);
    expect([limit(511, 9n), limit(undefined, 9n), limit(undefined, 9_000n)]).toEqual([1, 9, 9000]);
  });
});

import type { Address } from "@lloom/protocol/commitment-types";
import { createCommitmentHasher, EIP712_TYPES } from "@lloom/protocol/commitments";
import { jsonText } from "@lloom/protocol/json-text";
import { id, MaxUint256, recoverAddress, type TypedDataDomain, TypedDataEncoder } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LANE_START, type LaneParties, type SignedAnswer, signAnswer, signPair } from "../../support/contracts/lane.ts";
import { type Market, openMarket, walletOf } from "../../support/contracts/market.ts";
import { openPermit2 } from "../../support/contracts/permit2.ts";
import {
  ALLOCATION_TYPES,
  DISPUTE_CONSENT_TYPES,
  encodeModel,
  hashRequest,
  hashResponse,
  OFFER_TYPES,
  REJECTION,
  type RequestMessage,
  type ResponseMessage,
  SIGNER_AUTHORIZATION_TYPES,
  type SignedPair,
  signDigest,
} from "../../support/contracts/typed-data.ts";

const top = (bits: bigint): bigint => 2n ** bits - 1n;
const WORD = `0x${"fe".repeat(32)}`;

/** Every field at its largest. */
const LARGEST_REQUEST: RequestMessage = {
  client: `0x${"Ff".repeat(20)}`.toLowerCase(),
  executor: `0x${"ee".repeat(20)}`,
  model: "qwen2.5-0.5b-instruct · 中文 🦙",
  promptHash: WORD,
  paramsHash: WORD,
  maxInboundTokens: top(32n),
  maxOutboundTokens: top(32n),
  inboundPrice: top(96n),
  outboundPrice: top(96n),
  lane: top(64n),
  nonce: top(32n),
  ackedCost: top(96n),
  costCap: top(96n),
  prevResponseHash: WORD,
  deadline: top(40n),
};

const LARGEST_RESPONSE: ResponseMessage = {
  requestHash: WORD,
  contentHash: WORD,
  deliveryHash: WORD,
  traceRoot: WORD,
  inboundTokens: top(32n),
  outboundTokens: top(32n),
  cumulativeCost: top(96n),
  cumulativeInbound: top(64n),
  cumulativeOutbound: top(64n),
  timestamp: top(40n),
  finishReason: top(8n),
};

describe("hashes of ethers and of the contract", () => {
  let market: Market;
  beforeAll(async () => {
    market = await openMarket();
  });
  afterAll(() => market.connection.close());

  it("agree on a deposit by Permit2, which anybody sends and nobody turns to another account", async () => {
    const { collector, sign } = await openPermit2(market);
    const [payer, sender] = [await market.fund("payer by Permit2"), await market.fund("sender by Permit2", 0n)];
    const payment = await sign(payer, payer.address, 60_000_000n);
    const refusal = await collector.refusal(sender, "depositWithPermit2", sender.address, payment);
    expect(refusal).toBe(id("InvalidSigner()").slice(0, 10));
    await collector.send(sender, "depositWithPermit2", payer.address, payment);
    expect(await market.accounting.read("balanceOf", payer.address)).toBe(60_000_000n);
    expect(await market.accounting.read("balanceOf", sender.address)).toBe(0n);
  });

  it("agree on the domain", async () => {
    expect(await market.accounting.read("domainSeparator")).toBe(TypedDataEncoder.hashDomain(market.domain));
    expect(await market.accounting.read("eip712Domain")).toMatchObject({
      fields: "0x0f",
      name: "Lloom",
      version: "2",
      chainId: 31_337n,
      verifyingContract: market.accounting.address,
    });
  });

  it("agree on requests whose model is signed as a string", async () => {
    for (const request of [LARGEST_REQUEST, { ...LARGEST_REQUEST, model: "", nonce: 0n, ackedCost: 1n }]) {
      expect(await market.accounting.read("hashRequest", encodeModel(request))).toBe(
        hashRequest(market.domain, request),
      );
    }
  });

  it("agree on responses", async () => {
    for (const response of [LARGEST_RESPONSE, { ...LARGEST_RESPONSE, timestamp: 0n, finishReason: 0n }]) {
      expect(await market.accounting.read("hashResponse", response)).toBe(hashResponse(market.domain, response));
    }
  });

  it("agree on offers whose model is signed as a string", async () => {
    const offer = {
      executor: LARGEST_REQUEST.executor,
      offerId: top(64n),
      model: LARGEST_REQUEST.model,
      weightsHash: WORD,
      profileHash: WORD,
      inboundPrice: top(96n),
      outboundPrice: top(96n),
      maxContext: top(32n),
      validUntil: top(40n),
    };
    for (const each of [offer, { ...offer, model: "", offerId: 0n, validUntil: 1n }]) {
      const hashed = await market.disputes.read("hashOffer", { ...each, model: id(each.model) });
      expect(hashed).toBe(TypedDataEncoder.hash(market.domain, OFFER_TYPES, each));
    }
  });

  it("agree on consents to disputes", async () => {
    const consent = { challenger: LARGEST_REQUEST.client, requestHash: WORD };
    expect(await market.evidence.read("hashConsent", consent.challenger, consent.requestHash)).toBe(
      TypedDataEncoder.hash(market.domain, DISPUTE_CONSENT_TYPES, consent),
    );
  });

  it("are what a wallet signs that gets the types as the protocol lists them", async () => {
    const { provider, ethers } = market.connection;
    const [wallet] = await ethers.getSigners();
    const client = wallet?.address.toLowerCase() as Address;
    const accounting = market.accounting.address.toLowerCase() as Address;
    const message = { client, executor: accounting, amount: 5n, nonce: MaxUint256, deadline: top(40n) };
    const asked = { types: EIP712_TYPES, domain: market.domain, primaryType: "Allocation", message };
    const payload: unknown = JSON.parse(jsonText(asked));
    const signature = await provider.request({ method: "eth_signTypedData_v4", params: [client, payload] });
    const digest = createCommitmentHasher({ chainId: 31_337n, accounting }).hashAllocation(message);
    expect(recoverAddress(digest, String(signature)).toLowerCase()).toBe(client);
  });

  it("agree on allocations and on proofs of possession, signed in a wallet's way", async () => {
    const { accounting, domain } = market;
    const client = await market.fund("hashing client");
    const signer = walletOf("hashing signer");
    const executor = walletOf("hashing executor");
    const deadline = await market.deadline();
    await accounting.send(client, "deposit", 9_000_000n);

    const authorization = { principal: client.address, signer: signer.address, deadline, nonce: MaxUint256 };
    const possession = signDigest(signer, TypedDataEncoder.hash(domain, SIGNER_AUTHORIZATION_TYPES, authorization));
    await accounting.send(client, "authorizeSigner", signer.address, deadline, MaxUint256, possession);
    expect(await accounting.read("signers", signer.address)).toEqual({ principal: client.address, thawEnd: 0n });

    const message = { client: client.address, executor: executor.address, amount: 5_000_000n, nonce: 77n, deadline };
    const allocation = signDigest(signer, TypedDataEncoder.hash(domain, ALLOCATION_TYPES, message));
    const args = [client.address, executor.address, 5_000_000n, 77n, deadline, allocation];
    const stranger = await market.fund("hashing stranger");
    await accounting.send(stranger, "allocateBySig", ...args);
    expect(await accounting.read("channels", client.address, executor.address)).toEqual({
      balance: 5_000_000n,
      unlocking: 0n,
      unlockAt: 0n,
    });
  });
});

describe("signatures for another deployment or by another key", () => {
  let market: Market;
  let parties: LaneParties;
  let good: SignedAnswer;
  beforeAll(async () => {
    market = await openMarket();
    const executor = await market.enrol("domain executor");
    const client = await market.open("domain client", executor.address);
    parties = { domain: market.domain, client, executor, deadline: await market.deadline() };
    good = signAnswer(parties, LANE_START, { inboundTokens: 10n, outboundTokens: 10n });
  });
  afterAll(() => market.connection.close());

  const OTHERS: readonly [string, TypedDataDomain][] = [
    ["chain", { chainId: 1n }],
    ["contract", { verifyingContract: `0x${"11".repeat(20)}` }],
    ["name", { name: "Loom" }],
    ["version", { version: "1" }],
  ];

  it.each(OTHERS)("do not count when the %s differs", async (_what, difference) => {
    const domain = { ...market.domain, ...difference };
    const elsewhere = signPair({ ...parties, domain }, good.request, good.response).pair;
    const judge = (pair: SignedPair) => market.accounting.read("checkPair", pair);
    expect(await judge(good.pair)).toBe(REJECTION.None);
    expect(await judge({ ...good.pair, clientSignature: elsewhere.clientSignature })).toBe(REJECTION.ClientSignature);
    expect(await judge({ ...good.pair, executorSignature: elsewhere.executorSignature })).toBe(
      REJECTION.ExecutorSignature,
    );
  });

  it("do not count when somebody else signs", async () => {
    const stranger = walletOf("domain stranger");
    const judge = (pair: SignedPair) => market.accounting.read("checkPair", pair);
    const byClient = signPair(parties, good.request, good.response, { client: stranger }).pair;
    const byExecutor = signPair(parties, good.request, good.response, { executor: stranger }).pair;
    expect(await judge(byClient)).toBe(REJECTION.ClientSignature);
    expect(await judge(byExecutor)).toBe(REJECTION.ExecutorSignature);
    // The client's own signature in the executor's place, and the other way round.
    const swapped = { clientSignature: good.pair.executorSignature, executorSignature: good.pair.clientSignature };
    expect(await judge({ ...good.pair, ...swapped })).toBe(REJECTION.ClientSignature);
  });
});

import { describe, expect, it } from "vitest";
import { CLIENT, EXECUTOR } from "../test/honest-lane.ts";
import { randomSignedOffer } from "../test/random-messages.ts";
import { seeded } from "../test/seeded.ts";
import type { ModelOffer } from "./commitment-types.ts";
import { createCommitmentHasher } from "./commitments.ts";
import { MAX_OFFER_VALIDITY_SECONDS, offerIdAt, offerMadeAtMs, offerProblem } from "./offers.ts";
import { hashProfile, profileText } from "./profile.ts";
import { recoverAddress, signDigest } from "./signatures.ts";

const hasher = createCommitmentHasher({ chainId: 31337n, accounting: `0x${"ac".repeat(20)}` });
const nowSeconds = 1_800_000_000n;
const { profile: _none, ...random } = randomSignedOffer(seeded(8));

function problemOf(change: Partial<ModelOffer> = {}, signer = EXECUTOR): string | undefined {
  const offer = {
    ...random.offer,
    executor: EXECUTOR.address,
    maxContext: 4096n,
    validUntil: nowSeconds + 600n,
    ...change,
  };
  const signed = { ...random, offer, signature: signDigest(hasher.hashOffer(offer), signer.secret) };
  return offerProblem({ hasher, recover: recoverAddress, signed, nowSeconds })?.message;
}

describe("an offer's id", () => {
  it("says when the offer was made, grows with that time, and keeps two of one time apart", () => {
    const ids = [offerIdAt(1_800_000_000_000.9, 0), offerIdAt(1_800_000_000_000, 2 ** 22 - 1)];
    expect(ids.map((offerId) => offerMadeAtMs({ offerId }))).toEqual([1_800_000_000_000, 1_800_000_000_000]);
    expect(ids[1]).toBe((ids[0] ?? 0n) + 2n ** 22n - 1n);
    expect(offerIdAt(1_800_000_000_001, 0)).toBe((ids[1] ?? 0n) + 1n);
  });

  it("has no more random bits than it leaves room for", () => {
    expect(offerIdAt(7, 2 ** 22 + 5)).toBe(offerIdAt(7, 5));
  });
});

describe("offerProblem", () => {
  it("takes an offer that its executor signed, to its last second and a day ahead", () => {
    expect(problemOf()).toBeUndefined();
    expect(problemOf({ validUntil: nowSeconds })).toBeUndefined();
    expect(problemOf({ validUntil: nowSeconds + MAX_OFFER_VALIDITY_SECONDS })).toBeUndefined();
  });

  it("refuses one that is over", () => {
    expect(problemOf({ validUntil: nowSeconds - 1n })).toBe("Offer ended 1 seconds ago.");
  });

  it("refuses one that could be sent again for long after its withdrawal", () => {
    expect(problemOf({ validUntil: nowSeconds + MAX_OFFER_VALIDITY_SECONDS + 1n })).toBe(
      "Offer is valid for 86401 seconds; at most 86400.",
    );
  });

  it("blames a clock for what only time is wrong with", () => {
    for (const validUntil of [nowSeconds - 1n, nowSeconds + MAX_OFFER_VALIDITY_SECONDS + 1n]) {
      const signed = { ...random, offer: { ...random.offer, validUntil } };
      expect(offerProblem({ hasher, recover: recoverAddress, signed, nowSeconds })).toMatchObject({ isTime: true });
    }
  });

  it("refuses one without context, for which no clock is to blame", () => {
    const signed = { ...random, offer: { ...random.offer, maxContext: 0n, validUntil: nowSeconds } };
    expect(offerProblem({ hasher, recover: recoverAddress, signed, nowSeconds })).toEqual({
      message: "Offer has no context.",
      isTime: false,
    });
  });

  it("refuses one that somebody else signed", () => {
    expect(problemOf({}, CLIENT)).toBe("Offer is not signed by its executor.");
  });

  it("refuses one whose price was changed after signing", () => {
    const offer = { ...random.offer, executor: EXECUTOR.address, maxContext: 1n, validUntil: nowSeconds };
    const signature = signDigest(hasher.hashOffer(offer), EXECUTOR.secret);
    const signed = { ...random, offer: { ...offer, outboundPrice: offer.outboundPrice ^ 1n }, signature };
    expect(offerProblem({ hasher, recover: recoverAddress, signed, nowSeconds })).toEqual({
      message: "Offer is not signed by its executor.",
      isTime: false,
    });
  });

  it("takes the profile that it signs, and no other one beside it", () => {
    const profile = profileText({ backend: "llama.cpp", maxContext: 512, evidence: "trace" });
    const offer = {
      ...{ ...random.offer, executor: EXECUTOR.address, maxContext: 1n, validUntil: nowSeconds },
      profileHash: hashProfile(profile),
    };
    const signature = signDigest(hasher.hashOffer(offer), EXECUTOR.secret);
    const judge = (beside: string) =>
      offerProblem({
        hasher,
        recover: recoverAddress,
        signed: { ...random, offer, signature, profile: beside },
        nowSeconds,
      });
    expect(judge(profile)).toBeUndefined();
    expect(judge(profile.replace("trace", "text"))).toEqual({
      message: "The profile beside the offer is not the one that it signs.",
      isTime: false,
    });
  });

  it("refuses one that was signed for another deployment", () => {
    const offer = { ...random.offer, executor: EXECUTOR.address, maxContext: 1n, validUntil: nowSeconds };
    const elsewhere = createCommitmentHasher({ ...hasher.domain, chainId: 1n });
    const signed = { ...random, offer, signature: signDigest(elsewhere.hashOffer(offer), EXECUTOR.secret) };
    expect(offerProblem({ hasher, recover: recoverAddress, signed, nowSeconds })).toEqual({
      message: "Offer is not signed by its executor.",
      isTime: false,
    });
  });
});

import { type Hex, ZERO_HASH } from "@lloom/protocol/commitment-types";
import { offerMadeAtMs, offerProblem } from "@lloom/protocol/offers";
import { recoverAddress } from "@lloom/protocol/signatures";
import { describe, expect, it } from "vitest";
import { createExchange } from "../../../../test/support/exchange.ts";
import { OwnOffers, offerTerms } from "./own-offers.ts";

const NOW = 1_800_000_000_000;
const { executor, hasher } = createExchange();
const price = { inboundPrice: 10n, outboundPrice: 40n };
const model = (name: string) => ({ model: name, maxContext: 512, weightsHash: ZERO_HASH });
const terms = (names: readonly string[], prices = price) =>
  offerTerms(names.map(model), { models: [], modelPrices: {}, price: prices }, executor.address);
const open = (stands = (_offerHash: Hex): boolean => true) =>
  new OwnOffers({ hashOffer: hasher.hashOffer, sign: executor.sign, ttlMs: 60_000, stands, onMake: () => undefined });
const load = { multiaddrs: ["/ip4/127.0.0.1/tcp/1"], capacity: 4, load: 1 };

describe("own offers", () => {
  it("are signed so that everybody accepts them", () => {
    const offers = open();
    offers.renew(terms(["tiny"]), NOW);
    const [signed] = offers.list(load, NOW);
    expect(signed).toMatchObject({ ...load, sentAt: NOW, offer: { model: "tiny", ...price, maxContext: 512n } });
    if (signed === undefined) return;
    const nowSeconds = BigInt(NOW / 1000);
    expect(offerProblem({ hasher, recover: recoverAddress, signed, nowSeconds })).toBeUndefined();
  });

  it("stay the same in the first half of their time and are renewed in the second", () => {
    const offers = open();
    const idAt = (ms: number) => {
      offers.renew(terms(["tiny"]), ms);
      return offers.of("tiny")?.offerId;
    };
    const first = idAt(NOW);
    expect(idAt(NOW + 30_000)).toBe(first);
    expect(idAt(NOW + 30_001)).toBeGreaterThan(first ?? 0n);
  });

  it("are made anew when they do not stand any more, though they have not ended", () => {
    let stands = true;
    const offers = open(() => stands);
    offers.renew(terms(["tiny"]), NOW);
    const first = offers.of("tiny")?.offerId ?? 0n;
    stands = false;
    // The clock went back: the new one is newer all the same.
    offers.renew(terms(["tiny"]), NOW - 5_000);
    expect(offers.of("tiny")?.offerId).toBeGreaterThan(first);
  });

  it("are told of, with their digest, before they are signed", () => {
    const steps: string[] = [];
    const sign = (digest: Hex) => {
      steps.push(`sign ${digest}`);
      return executor.sign(digest);
    };
    const offers = new OwnOffers({
      ...{ hashOffer: hasher.hashOffer, sign, ttlMs: 60_000, stands: () => true },
      onMake: (offer, offerHash) => steps.push(`note ${offerHash} ${offer.model}`),
    });
    offers.renew(terms(["tiny"]), NOW);
    const offer = offers.of("tiny");
    const hash = offer && hasher.hashOffer(offer);
    expect(steps).toEqual([`note ${hash} tiny`, `sign ${hash}`]);
  });

  it("of processes with one key have other ids, also when they are made in the same millisecond", () => {
    const ids = Array.from({ length: 5 }, () => {
      const offers = open();
      offers.renew(terms(["tiny"]), NOW);
      return offers.of("tiny")?.offerId ?? 0n;
    });
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(ids.map((offerId) => offerMadeAtMs({ offerId })))).toEqual(new Set([NOW]));
  });

  it("change at once with the price, and go with the model", () => {
    const offers = open();
    offers.renew(terms(["tiny", "large"]), NOW);
    const before = offers.of("tiny")?.offerId ?? 0n;
    offers.renew(terms(["tiny"], { inboundPrice: 11n, outboundPrice: 40n }), NOW);
    expect(offers.of("tiny")).toMatchObject({ inboundPrice: 11n });
    expect(offers.of("tiny")?.offerId).toBeGreaterThan(before);
    expect(offers.models()).toEqual(["tiny"]);
  });

  it("hold only the models that are to be offered, each at its own price", () => {
    const settings = { models: ["a", "b"], modelPrices: { b: { inboundPrice: 1n, outboundPrice: 2n } }, price };
    const offered = offerTerms([model("a"), model("b"), model("c")], settings, executor.address);
    expect(offered.map((term) => [term.model, term.inboundPrice])).toEqual([
      ["a", 10n],
      ["b", 1n],
    ]);
  });
});

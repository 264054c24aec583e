import type { Address } from "@lloom/protocol/commitment-types";
import { expect, it } from "vitest";
import { NOW, offer } from "../../../test/support/tiny-offer.ts";
import type { TwoOffers } from "../chain/disputes/equivocation.ts";
import { OfferEquivocation } from "./offer-equivocation.ts";

const A: Address = `0x${"aa".repeat(20)}`;
const B: Address = `0x${"bb".repeat(20)}`;

function listening(): { heard: OfferEquivocation; told: TwoOffers[] } {
  const heard = new OfferEquivocation();
  const told: TwoOffers[] = [];
  heard.onFound = (two) => told.push(two);
  return { heard, told };
}

it("keeps two offers of one executor and id that differ, once", () => {
  const { heard, told } = listening();
  const [one, other] = [offer(A), offer(A, { inboundPrice: 11n })];
  for (const signed of [one, other, one, other]) heard.hear(signed);
  const two = [one, other].map(({ offer: said, signature }) => ({ offer: said, signature }));
  expect(told).toEqual([{ first: two[0], second: two[1] }]);
  expect(heard.found()).toEqual(told);
});

it("finds nothing in an offer that is told again, in a new id, or in another executor's", () => {
  const { heard, told } = listening();
  heard.hear(offer(A));
  heard.hear({ ...offer(A, {}, NOW + 1), load: 1, capacity: 2 });
  heard.hear(offer(A, { offerId: 2n, inboundPrice: 11n }));
  heard.hear(offer(B, { inboundPrice: 11n }));
  expect(told).toEqual([]);
});

it("keeps so many pairs of one executor as its stake can pay for, and every other executor's", () => {
  const { heard, told } = listening();
  for (let id = 1n; id <= 50n; id++)
    for (const inboundPrice of [10n, 11n]) heard.hear(offer(A, { offerId: id, inboundPrice }));
  expect(told).toHaveLength(10);
  for (const inboundPrice of [10n, 11n]) heard.hear(offer(B, { inboundPrice }));
  expect(told.at(-1)?.first.offer.executor).toBe(B);
});

it("remembers no more ids of one executor than its share, whatever it floods", () => {
  const { heard, told } = listening();
  heard.hear(offer(B));
  for (let id = 1n; id <= 10_000n; id++) heard.hear(offer(A, { offerId: id }));
  heard.hear(offer(A, { offerId: 1n, inboundPrice: 11n }));
  expect(told).toEqual([]);
  heard.hear(offer(B, { inboundPrice: 11n }));
  expect(told).toHaveLength(1);
});

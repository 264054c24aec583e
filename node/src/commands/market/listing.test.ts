import { expect, it } from "vitest";
import { modelsIn, tableLines } from "./listing.ts";
import type { SeenOffer } from "./seen-market.ts";

const seen = (model: string, inboundPrice: bigint): SeenOffer =>
  ({ signed: { offer: { model, inboundPrice, outboundPrice: 1n } }, stake: 1n, hasCheated: false }) as SeenOffer;

it("lists models by name, and of each the cheapest offer first", () => {
  const listed = modelsIn([seen("b", 9n), seen("a", 2n), seen("b", 3n)]);
  expect(listed.map(([model, among]) => [model, ...among.map(({ signed }) => signed.offer.inboundPrice)])).toEqual([
    ["a", 2n],
    ["b", 3n, 9n],
  ]);
});

it("sets rows below their headings", () => {
  expect(tableLines(["model", "n"], [["llama3.2", "10"]])).toEqual(["model     n", "llama3.2  10"]);
});

it("keeps a seller's words in their cell", () => {
  expect(tableLines(["model", "n"], [["a\nb\x1b[1A", "10"]])).toEqual(["model   n", "a b[1A  10"]);
});

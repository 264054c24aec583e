import type { Address } from "@lloom/protocol/commitment-types";
import { expect, it } from "vitest";
import { formsOf } from "./counted-forms.ts";
import { summaryOf } from "./models.ts";
import type { SeenOffer } from "./seen-market.ts";
import { whyLines } from "./why.ts";

const [A, B, C] = ["aa", "bb", "cc"].map((byte): Address => `0x${byte.repeat(20)}`) as [Address, Address, Address];
const find = formsOf([
  { executor: A, model: "m", form: "calls", valid: 7, invalid: 1 },
  { executor: B, model: "m", form: "calls", valid: 1, invalid: 0 },
  { executor: B, model: "m", form: "schema", valid: 2, invalid: 0 },
  { executor: B, model: "other", form: "schema", valid: 0, invalid: 9 },
]);
const seen = (executor: Address, model: string): SeenOffer =>
  ({
    signed: { offer: { executor, model, inboundPrice: 2n, outboundPrice: 1n, maxContext: 9n }, profile: "" },
    ...{ stake: 1n, hasCheated: false },
  }) as SeenOffer;
const STANDING = { model: "m", offers: 3, eligible: 3, first: 1, questions: 3, lost: {}, rank: 1, next: undefined };

it("counts a model's right answers over all who sell it, and each seller once", () => {
  const sellers = [seen(A, "m"), seen(A, "m"), seen(B, "m"), seen(C, "m")];
  expect(summaryOf("m", sellers, find).forms).toEqual({
    calls: { valid: 8, invalid: 1 },
    schema: { valid: 2, invalid: 0 },
  });
  expect(summaryOf("m", [seen(C, "m")], find).forms).toBeNull();
});

it("says of an executor how many of its answers were right, where some were counted", () => {
  const said = whyLines({ ...STANDING, forms: find(A, "m") ?? null }, String);
  expect(said).toContain("  7/8 calls and schemas were right, of this client's own questions");
  expect(whyLines({ ...STANDING, forms: null }, String).join("\n")).not.toContain("calls and schemas");
});

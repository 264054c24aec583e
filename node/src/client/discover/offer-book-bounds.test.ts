import { queryObjects } from "node:v8";
import { type Address, ZERO_HASH } from "@lloom/protocol/commitment-types";
import { describe, expect, it } from "vitest";
import { NOW, offer } from "../../../../test/support/tiny-offer.ts";
import { OfferBook } from "./offer-book.ts";

const A: Address = `0x${"aa".repeat(20)}`;
const B: Address = `0x${"bb".repeat(20)}`;
const key = (index: number): Address => `0x${index.toString(16).padStart(40, "0")}`;

describe("the bounds of the offer book", () => {
  it("keeps few offers of a key with nothing at stake, and more of one with a stake", () => {
    const book = new OfferBook();
    for (let model = 0; model < 200; model += 1) book.add(offer(A, { model: `model ${model}` }), NOW);
    expect(book.models(NOW).map(({ model }) => model)).toEqual([196, 197, 198, 199].map((model) => `model ${model}`));
    book.setStake(A, 100);
    for (let model = 0; model < 200; model += 1) book.add(offer(A, { model: `model ${model}` }), NOW);
    expect(book.models(NOW)).toHaveLength(64);
    book.setStake(A, 0);
    expect(book.models(NOW)).toHaveLength(4);
  });

  it("loses nobody who has a stake or has answered to any number of keys, and no newcomer to those before", () => {
    const book = new OfferBook();
    book.add(offer(A), NOW);
    book.setStake(A, 1);
    book.add(offer(B), NOW);
    book.note(B, { type: "answered" }, NOW);
    for (let index = 0; index < 5_000; index += 1) book.add(offer(key(index)), NOW);
    const newcomer: Address = `0x${"cc".repeat(20)}`;
    book.add(offer(newcomer), NOW);
    const known = book.offers(NOW).map((signed) => signed.offer.executor);
    expect(known).toEqual(expect.arrayContaining([A, B, newcomer]));
    expect(known).toHaveLength(2 + 1024);
  });

  it("keeps the newest models of a key whose stake falls, and replaces its offers one by one when it is full", () => {
    const book = new OfferBook();
    book.setStake(A, 100);
    for (let model = 10; model < 75; model += 1) book.add(offer(A, { model: `model ${model}` }), NOW);
    expect([book.offerOf("model 10", A), book.names(NOW).length]).toEqual([undefined, 64]);
    book.add(offer(A, { model: "model 12", offerId: 2n }), NOW);
    expect([book.names(NOW).length, book.offerOf("model 11", A) !== undefined]).toEqual([64, true]);
    for (const model of [75, 76]) book.add(offer(A, { model: `model ${model}` }), NOW);
    expect([11, 12, 13, 14].map((model) => book.offerOf(`model ${model}`, A) !== undefined)).toEqual([
      ...[false, true],
      ...[false, true],
    ]);
  });

  it("keeps whoever somebody is at work with, however many keys come", () => {
    const book = new OfferBook();
    book.add(offer(A), NOW);
    const tracked = book.track(A);
    for (let index = 0; index < 1_100; index += 1) book.add(offer(key(index)), NOW);
    expect(book.offerOf("tiny", A)).toBeDefined();
    tracked[Symbol.dispose]();
    for (let index = 2_000; index < 3_100; index += 1) book.add(offer(key(index)), NOW);
    expect(book.offerOf("tiny", A)).toBeUndefined();
  });

  it("keeps 16 384 executors that have something to lose, and of those who somebody is at work with", () => {
    const book = new OfferBook();
    for (const executor of [A, B]) {
      book.add(offer(executor), NOW);
      book.setStake(executor, 1);
    }
    using _ = book.track(B);
    for (let index = 0; index < 16_384; index += 1) {
      book.setStake(key(index), 1);
      book.add(offer(key(index)), NOW);
    }
    expect([book.offerOf("tiny", A), book.offerOf("tiny", B)]).toEqual([undefined, expect.anything()]);
    expect(book.candidates("tiny", NOW)).toHaveLength(16_384);
  });

  it("keeps 262 144 offers of all together: who offers most takes the place of whoever was unheard for longest", () => {
    const book = new OfferBook();
    const models = Array.from({ length: 64 }, (_, model) => `model ${model}`);
    const join = (executor: Address): void => {
      book.setStake(executor, 1);
      for (const model of models) book.add(offer(executor, { model }), NOW);
    };
    for (let index = 0; index < 4_096; index += 1) join(key(index));
    book.add(offer(key(0), { model: "model 0", offerId: 2n }), NOW);
    expect(models.every((model) => book.candidates(model, NOW).length === 4_096)).toBe(true);
    join(A);
    expect([0, 1, 2].map((index) => book.offerOf("model 7", key(index)) !== undefined)).toEqual([true, false, true]);
    expect(models.map((model) => book.candidates(model, NOW).length)).toEqual(models.map(() => 4_096));
  });

  it("remember the weights in use of 1024 models, and forget those that were not asked for longest", () => {
    const { weightsInUse } = new OfferBook();
    for (let model = 0; model < 1_025; model += 1) weightsInUse.set(`model ${model}`, ZERO_HASH);
    expect([0, 1, 1_024].map((model) => weightsInUse.peek(`model ${model}`))).toEqual([
      undefined,
      ZERO_HASH,
      ZERO_HASH,
    ]);
  });

  it("let go of models that nobody offers any more", () => {
    const book = new OfferBook();
    const mapsBefore = queryObjects(Map, { format: "count" });
    for (let model = 0; model < 5_000; model += 1) book.add(offer(A, { model: `model ${model}` }), NOW);
    expect(queryObjects(Map, { format: "count" }) - mapsBefore).toBeLessThan(1_000);
    expect(book.names(NOW)).toHaveLength(4);
  });
});

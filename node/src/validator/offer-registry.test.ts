import { type Address, ZERO_HASH } from "@lloom/protocol/commitment-types";
import type { SignedOffer } from "@lloom/protocol/messages";
import { describe, expect, it } from "vitest";
import { OfferRegistry } from "./offer-registry.ts";

const NOW = 1_800_000_000_000;
const A: Address = `0x${"aa".repeat(20)}`;
const B: Address = `0x${"bb".repeat(20)}`;
const offer = (executor: Address, sentAt: number, model = "tiny"): SignedOffer => ({
  offer: {
    executor,
    offerId: 1n,
    model,
    weightsHash: ZERO_HASH,
    profileHash: ZERO_HASH,
    inboundPrice: 1n,
    outboundPrice: 1n,
    maxContext: 1n,
    validUntil: BigInt(NOW / 1000 + 60),
  },
  signature: { r: ZERO_HASH, vs: ZERO_HASH },
  multiaddrs: [],
  capacity: 1,
  load: 0,
  sentAt,
});

describe("the offer registry", () => {
  const told = (registry: OfferRegistry, change: { model?: string; most?: number } = {}, nowMs = NOW) =>
    registry.list(nowMs, { most: 9, ...change }).map(({ sentAt }) => sentAt);

  it("has all of everybody's for who draws among them, however many names some have", () => {
    const registry = new OfferRegistry();
    for (const executor of [A, B])
      for (let number = 0; number < 256; number++) registry.add(offer(executor, number, `${executor} ${number}`));
    const others = Array.from({ length: 9 }, (_, number): Address => `0x${String(number).repeat(40)}`);
    for (const executor of others) registry.add(offer(executor, 1));
    expect(registry.all(NOW)).toHaveLength(2 * 256 + others.length);
    expect(new Set(registry.all(NOW).map((one) => one.offer.executor))).toEqual(new Set([A, B, ...others]));
    expect(registry.all(NOW + 120_000)).toEqual([]);
  });

  it("keeps the newest of each executor, tells those heard of last first", () => {
    const registry = new OfferRegistry();
    for (const signed of [offer(A, 5), offer(B, 6), offer(A, 7), offer(A, 4), offer(A, 9, "large")])
      registry.add(signed);
    expect(told(registry)).toEqual([7, 6, 9]);
    expect(told(registry, { model: "tiny" })).toEqual([7, 6]);
    expect(told(registry, { model: "unknown" })).toEqual([]);
    expect(registry.size).toBe(3);
  });

  it("gives every model its share of a short answer", () => {
    const registry = new OfferRegistry();
    for (const signed of [offer(A, 1), offer(B, 2), offer(A, 3, "large")]) registry.add(signed);
    expect(told(registry, { most: 2 })).toEqual([2, 3]);
    expect(told(registry, { model: "tiny", most: 1 })).toEqual([2]);
  });

  it("lets nobody who names very many models hide another's: all have the same share, and come first in turn", () => {
    const registry = new OfferRegistry();
    const named = (most: number) => registry.list(NOW, { most }).map(({ offer: { model } }) => model);
    for (let index = 0; index < 200; index += 1) registry.add(offer(A, 1, `a/${index}`));
    for (const model of ["tiny", "a/0"]) registry.add(offer(B, 1, model));
    expect(named(10)).toContain("tiny");
    expect(named(10).filter((model) => model.startsWith("a/"))).toHaveLength(9);
    expect(new Set([...named(1), ...named(1)])).toEqual(new Set(["tiny", "a/0"]));
    expect(named(1000)).toHaveLength(202);
  });

  describe("that is full of a few who offer very much", () => {
    const LIARS = 390;
    const OF_EACH = 256;
    const liar = (index: number): Address => `0x${index.toString(16).padStart(40, "0")}`;
    const registry = new OfferRegistry();
    for (let index = 0; index < LIARS; index += 1)
      for (let model = 0; model < OF_EACH; model += 1) registry.add(offer(liar(index), 1, `${index}/${model}`));
    for (let index = 0; registry.size < 100_000; index += 1) registry.add(offer(B, 1, `filled/${index}`));
    const modelsOf = (executor: Address) =>
      registry.list(NOW, { executor, most: OF_EACH }).map(({ offer: { model } }) => model);

    it("keeps who comes, in the place of what was longest unheard of whoever has most", () => {
      registry.add(offer(liar(0), 2, "0/0"));
      registry.add(offer(A, 2));
      expect(told(registry, { model: "tiny" })).toEqual([2]);
      expect(registry.size).toBe(100_000);
      expect(modelsOf(liar(0))).toHaveLength(OF_EACH - 1);
      expect(modelsOf(liar(0))).toContain("0/0");
      expect(modelsOf(liar(0))).not.toContain("0/1");
    });

    it("lets nobody with as many push another out, nor itself", () => {
      registry.add(offer(liar(0), 3, "0/1"));
      expect(modelsOf(liar(0))).not.toContain("0/1");
      expect(modelsOf(A)).toEqual(["tiny"]);
      registry.add(offer(liar(0), 3, "0/0"));
      expect(registry.list(NOW, { model: "0/0", most: 1 })).toMatchObject([{ sentAt: 3 }]);
      registry.remove(liar(0));
      expect(modelsOf(liar(0))).toEqual([]);
      expect(registry.size).toBe(100_000 - OF_EACH + 1);
    });
  });

  it("forgets who leaves and what has expired", () => {
    const registry = new OfferRegistry();
    for (const signed of [offer(A, 1), offer(B, 1)]) registry.add(signed);
    registry.remove(A);
    expect([...registry.executors()]).toEqual([B]);
    expect(told(registry, {}, NOW + 60_000)).toEqual([]);
    registry.prune(NOW + 60_000);
    expect(registry.size).toBe(0);
  });
});

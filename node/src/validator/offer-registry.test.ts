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

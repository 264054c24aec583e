import { type Hex, type ModelOffer, ZERO_HASH } from "@lloom/protocol/commitment-types";
import type { SignedOffer } from "@lloom/protocol/messages";
import { offerIdAt } from "@lloom/protocol/offers";
import { describe, expect, it } from "vitest";
import { createExchange } from "../../../../test/support/exchange.ts";
import { type ForeignWord, KeyWatch } from "./key-watch.ts";

const START = 1_800_000_000_000;
const { executor, hasher } = createExchange();
const never = new AbortController().signal;

/** An offer of the key, valid for two minutes. */
function offered(madeAtMs: number, sentAt = madeAtMs): SignedOffer {
  const offer: ModelOffer = {
    ...{ executor: executor.address, offerId: offerIdAt(madeAtMs, 1), model: "m", maxContext: 1n },
    ...{ weightsHash: ZERO_HASH, profileHash: ZERO_HASH, inboundPrice: 1n, outboundPrice: 1n },
    validUntil: BigInt(Math.ceil(madeAtMs / 1000) + 120),
  };
  const signature = executor.sign(hasher.hashOffer(offer));
  return { offer, signature, multiaddrs: [], capacity: 1, load: 0, sentAt };
}

/** A watch that hears in turn what the test says, the last of it again and again; a second passes with each. */
function staged(hears: readonly (readonly SignedOffer[])[], own: readonly SignedOffer[] = []) {
  const hashes = new Set<Hex>(own.map(({ offer }) => hasher.hashOffer(offer)));
  const state = { nowMs: START, asked: 0 };
  const waits: ForeignWord[] = [];
  const watch = new KeyWatch({
    ask: async () => {
      const heard = hears[Math.min(state.asked, hears.length - 1)] ?? [];
      state.asked += 1;
      state.nowMs += 1_000;
      return heard.filter(({ offer }) => Number(offer.validUntil) * 1000 > state.nowMs);
    },
    hashOffer: hasher.hashOffer,
    isOwn: (offerHash) => hashes.has(offerHash),
    clock: () => state.nowMs,
    pollMs: 0,
  });
  const listen = (lastWordAtMs?: number) => watch.listen({ lastWordAtMs, onWait: (word) => waits.push(word) }, never);
  return { watch, listen, waits, state };
}

describe("listening before the first offer", () => {
  it("takes no time when nobody knows the key, or nobody more than the log", async () => {
    for (const { listen, state } of [staged([[]]), staged([[offered(START - 5_000, START - 1_000)]])]) {
      expect(await listen(START - 1_000)).toBeUndefined();
      expect(state.asked).toBe(1);
    }
  });

  it("waits for the end of an offer that the log does not know, and goes on when no other follows", async () => {
    const { listen, waits, state } = staged([[offered(START - 60_000)]]);
    const word = { madeAtMs: START - 60_000, sentAtMs: START - 60_000, validUntilMs: START + 60_000 };
    expect(await listen(START - 90_000)).toEqual(word);
    expect(waits).toEqual([word]);
    expect(state.nowMs).toBeGreaterThan(START + 60_000);
    expect(state.nowMs).toBeLessThan(START + 63_000);
  });

  it("waits too when only the last word is newer than the log: its file may be a copy of a living one", async () => {
    const { listen, waits } = staged([[offered(START - 60_000, START - 2_000)]]);
    await listen(START - 30_000);
    expect(waits.length).toBe(1);
  });

  it("refuses the key when its offer is renewed meanwhile", async () => {
    const { listen } = staged([[offered(START - 50_000)], [offered(START - 50_000)], [offered(START + 1_000)]]);
    await expect(listen(undefined)).rejects.toMatchObject({ code: "KEY_IN_USE", retryable: false });
  });

  it("is not kept from starting by who merely says that an old offer was repeated", async () => {
    const repeats = Array.from({ length: 90 }, (_, second) => [offered(START - 60_000, START + second * 1_000)]);
    expect(await staged(repeats).listen(START - 90_000)).toMatchObject({ madeAtMs: START - 60_000 });
  });

  it("ends with the signal", async () => {
    const { watch } = staged([[offered(START)]]);
    const listening = watch.listen({ lastWordAtMs: undefined, onWait: () => undefined }, AbortSignal.abort());
    await expect(listening).rejects.toMatchObject({ code: "CANCELLED" });
  });
});

describe("looking while serving", () => {
  it("finds another one by an offer that was made here by nobody, after the start", async () => {
    const own = offered(START + 5_000);
    expect(await staged([[own]], [own]).watch.look(never)).toBeUndefined();
    expect(await staged([[offered(START - 1_000, START + 9_000)]]).watch.look(never)).toBeUndefined();
    expect(await staged([[own, offered(START + 1)]], [own]).watch.look(never)).toMatchObject({ code: "KEY_IN_USE" });
  });

  it("takes offers of an earlier run for what they are, though the clock went back since", async () => {
    const earlier = offered(START + 3_600_000);
    const { watch, listen } = staged([[], [earlier]]);
    await listen(START + 3_600_000);
    expect(await watch.look(never)).toBeUndefined();
  });
});

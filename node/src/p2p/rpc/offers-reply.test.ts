import { type Address, ZERO_HASH } from "@lloom/protocol/commitment-types";
import type { SignedOffer } from "@lloom/protocol/messages";
import { decodeOffersReply } from "@lloom/protocol/wire";
import { expect, test } from "vitest";
import { OffersReplies } from "./offers-reply.ts";
import type { OffersWanted } from "./offers-wanted.ts";

const offer = (index: number): SignedOffer => ({
  offer: {
    ...{ executor: `0x${index.toString(16).padStart(40, "0")}` as Address, offerId: 1n, model: "tiny" },
    ...{ weightsHash: ZERO_HASH, profileHash: ZERO_HASH, inboundPrice: 1n, outboundPrice: 2n },
    ...{ maxContext: 2_048n, validUntil: 2_000_000_000n },
  },
  signature: { r: `0x${"11".repeat(32)}`, vs: `0x${"22".repeat(32)}` },
  ...{ multiaddrs: [], capacity: 1, load: 0, sentAt: 1 },
});

function stage(count: number) {
  let nowMs = 0;
  const asked: OffersWanted[] = [];
  const offers = (wanted: OffersWanted): SignedOffer[] => {
    asked.push(wanted);
    return Array.from({ length: count }, (_, index) => offer(index));
  };
  const replies = new OffersReplies(offers, () => nowMs);
  const told = (wanted: OffersWanted = {}): number => {
    const reply = decodeOffersReply(replies.reply(wanted));
    return "error" in reply ? -1 : reply.offers.length;
  };
  const pass = (ms: number): void => {
    nowMs += ms;
  };
  return { asked, told, pass };
}

test("a long answer is made twice a second at most, however many ask, and one for each that is asked for", () => {
  const { asked, told, pass } = stage(100);
  for (let call = 0; call < 1_000; call += 1) expect(told()).toBe(100);
  expect(asked).toHaveLength(1);
  told({ model: "tiny" });
  told({ executor: `0x${"aa".repeat(20)}` });
  expect(asked).toHaveLength(3);
  pass(500);
  told();
  expect(asked).toHaveLength(4);
});

test("a short answer is always of now", () => {
  const { asked, told } = stage(3);
  told();
  told();
  expect(asked).toHaveLength(2);
});

test("an answer holds as many offers as a message may", () => {
  expect(stage(2_000).told()).toBe(512);
});

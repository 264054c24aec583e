/** Random valid messages of every kind that crosses the wire. */
import type { Hex } from "../src/commitment-types.ts";
import { ERROR_CODES, type ErrorCode } from "../src/error-codes.ts";
import { EVIDENCE_ITEMS, type EvidenceAsk, type EvidencePart } from "../src/evidence-messages.ts";
import type { ClientFrame, ExecutorFrame, OfferGossip, Sampling, SignedOffer } from "../src/messages.ts";
import type { AnswerReply, RpcRequest } from "../src/rpc-messages.ts";
import { randomOffer, randomRequest, randomResponse, type Seeded } from "./seeded.ts";

const errorCodes = Object.keys(ERROR_CODES) as ErrorCode[];

const pick = <Item>(random: Seeded, items: readonly [Item, ...Item[]]): Item =>
  items[random.below(items.length)] ?? items[0];
const listOf = <Item>(random: Seeded, limit: number, make: () => Item): Item[] =>
  Array.from({ length: random.below(limit + 1) }, make);
const id = (random: Seeded): number => Number(random.uint(32));
const signature = (random: Seeded): { r: Hex; vs: Hex } => ({ r: random.hash(), vs: random.hash() });

function randomSampling(random: Seeded): Sampling {
  const sampling: Sampling = {
    temperatureMilli: random.below(2001),
    topPMilli: random.below(1001),
    topK: random.below(1_000_001),
    stop: listOf(random, 4, () => `.${random.text(9)}`),
    responseFormat: pick(random, ["text", "json"]),
  };
  return random.below(2) === 0 ? sampling : { ...sampling, seed: id(random) };
}

export const randomClientFrame = (random: Seeded): ClientFrame =>
  random.below(4) === 0
    ? { type: "cancel", id: id(random) }
    : {
        type: "request",
        id: id(random),
        request: randomRequest(random),
        signature: signature(random),
        promptSalt: random.hash(),
        messages: [
          { role: "system", content: random.text(40) },
          ...listOf(random, 5, () => ({
            role: pick(random, ["user", "assistant"] as const),
            content: random.text(300),
          })),
        ],
        sampling: randomSampling(random),
        weightsHash: random.hash(),
        profileHash: random.hash(),
        offerHash: random.hash(),
      };

export const randomExecutorFrame = (random: Seeded): ExecutorFrame =>
  pick<() => ExecutorFrame>(random, [
    () => ({
      type: "status",
      id: id(random),
      state: pick(random, ["queued", "running"]),
      position: Number(random.uint(pick(random, [4, 16, 32, 40]))),
    }),
    () => ({ type: "token", id: id(random), text: random.text(pick(random, [3, 30, 300])) }),
    () => ({
      type: "response",
      id: id(random),
      response: randomResponse(random),
      signature: signature(random),
      contentSalt: random.hash(),
    }),
    () => ({
      type: "error",
      id: id(random),
      code: errorCodes[random.below(errorCodes.length)] ?? "INTERNAL",
      message: random.text(60),
    }),
  ])();

export const randomSignedOffer = (random: Seeded): SignedOffer => ({
  offer: randomOffer(random),
  signature: signature(random),
  multiaddrs: listOf(random, 4, () => `/ip4/127.0.0.1/tcp/${random.below(65_536)}`),
  capacity: random.below(1_000_001),
  load: random.below(1_000_001),
  sentAt: Number(random.uint(48)),
  ...(random.below(2) === 0 && { profile: random.text(60) }),
});

export const randomGossip = (random: Seeded): OfferGossip =>
  random.below(2) === 0
    ? { type: "offer", offer: randomSignedOffer(random) }
    : { type: "withdraw", executor: random.address(), sentAt: Number(random.uint(48)) };

const randomPair = (random: Seeded) => ({
  ...{ request: randomRequest(random), response: randomResponse(random) },
  ...{ clientSignature: signature(random), executorSignature: signature(random) },
});

export const randomRpcRequest = (random: Seeded): RpcRequest =>
  pick<() => RpcRequest>(random, [
    () => ({ method: "offers" }),
    () => ({ method: "offers", model: `m${random.text(12)}` }),
    () => ({ method: "offers", executor: random.address() }),
    () => ({ method: "health" }),
    () => ({
      ...{ method: "acknowledge", requestHash: random.hash(), responseHash: random.hash() },
      signature: signature(random),
    }),
    () => ({ method: "answer", requestHash: random.hash() }),
    () => ({ method: "vocabulary", hash: random.hash(), offset: random.below(2 ** 25) }),
    () => ({ method: "entrust", ...randomPair(random) }),
    () => ({
      ...{ method: "entrust", ...randomPair(random), acknowledgement: signature(random) },
      fee: { amount: random.uint(96) || 1n, signature: signature(random) },
    }),
  ])();

export const randomAnswerReply = (random: Seeded): AnswerReply => ({
  response: randomResponse(random),
  signature: signature(random),
  contentSalt: random.hash(),
  text: random.text(300),
});

const opened = (random: Seeded) => ({
  promptSalt: random.hash(),
  messages: [{ role: "user" as const, content: random.text(300) }],
  sampling: randomSampling(random),
  ...{ weightsHash: random.hash(), profileHash: random.hash(), offerHash: random.hash() },
});

export const randomEvidenceAsk = (random: Seeded): EvidenceAsk => ({
  ...{ type: "ask", requestHash: random.hash() },
  items: EVIDENCE_ITEMS.filter(() => random.below(2) === 0),
  ...(random.below(2) === 0 ? {} : { ranges: [{ from: Number(random.uint(31)), count: 1 + random.below(4096) }] }),
  ...(random.below(2) === 0 ? {} : { consent: signature(random) }),
});

export const randomEvidencePart = (random: Seeded): EvidencePart =>
  pick<() => EvidencePart>(random, [
    () => ({
      ...{ type: "receipt", request: randomRequest(random), response: randomResponse(random) },
      ...{ clientSignature: signature(random), executorSignature: signature(random) },
    }),
    () => ({ type: "prompt", ...opened(random) }),
    () => ({
      ...{ type: "text", contentSalt: random.hash(), totalBytes: 1 + random.below(2 ** 22), offset: random.below(9) },
      bytes: random.bytes(1 + random.below(300)),
    }),
    () => ({
      ...{ type: "trace", total: 1 + random.below(2 ** 31 - 1), from: Number(random.uint(31)) },
      packed: random.bytes(1 + random.below(300)),
    }),
    () => ({
      ...{ type: "leaf", total: 1 + random.below(2 ** 31 - 1), index: Number(random.uint(31)) },
      ...{ leaf: random.bytes(random.below(90)), proof: listOf(random, 32, () => random.hash()) },
    }),
    () => ({
      ...{ type: "acknowledgement", signature: signature(random) },
      ...(random.below(2) === 0 ? {} : { request: randomRequest(random) }),
    }),
    () => ({
      type: "missing",
      item: pick(random, EVIDENCE_ITEMS),
      why: pick(random, ["deleted", "none", "large"]),
    }),
    () => ({ type: "end" }),
    () => ({
      type: "error",
      code: errorCodes[random.below(errorCodes.length)] ?? "INTERNAL",
      message: random.text(50),
    }),
  ])();

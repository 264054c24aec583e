/** Every decoder of the network: bytes that are right there, what takes them in, and the same message again. */

import { EVIDENCE_LIMITS } from "../src/evidence-messages.ts";
import { decodeEvidenceAsk, decodeEvidencePart, encodeEvidenceAsk, encodeEvidencePart } from "../src/evidence-wire.ts";
import { WIRE_LIMITS } from "../src/messages.ts";
import {
  decodeAcknowledgeReply,
  decodeAnswerReply,
  decodeClientFrame,
  decodeEntrustReply,
  decodeExecutorFrame,
  decodeHealthReply,
  decodeOfferGossip,
  decodeOffersReply,
  decodeRpcRequest,
  decodeVocabularyReply,
  encodeAcknowledgeReply,
  encodeAnswerReply,
  encodeClientFrame,
  encodeEntrustReply,
  encodeExecutorFrame,
  encodeHealthReply,
  encodeOfferGossip,
  encodeOffersReply,
  encodeRpcRequest,
  encodeVocabularyReply,
} from "../src/wire.ts";
import {
  randomAnswerReply,
  randomClientFrame,
  randomEvidenceAsk,
  randomEvidencePart,
  randomExecutorFrame,
  randomGossip,
  randomRpcRequest,
  randomSignedOffer,
} from "./random-messages.ts";
import type { Seeded } from "./seeded.ts";

export interface WireDecoder {
  /** Of a right message. */
  readonly bytes: (random: Seeded) => Uint8Array;
  readonly decode: (bytes: Uint8Array) => unknown;
  /** Bytes of what `decode` returned. */
  readonly encode: (decoded: unknown) => Uint8Array;
  readonly again: (random: Seeded) => { sent: unknown; received: unknown };
  readonly maxBytes: number;
}

function decoder<Message>(
  make: (random: Seeded) => Message,
  encodeMessage: (message: Message) => Uint8Array,
  decodeMessage: (bytes: Uint8Array) => Message,
  maxBytes: number = WIRE_LIMITS.rpcBytes,
): WireDecoder {
  return {
    bytes: (random) => encodeMessage(make(random)),
    decode: decodeMessage,
    encode: (decoded) => encodeMessage(decoded as Message),
    again: (random) => {
      const sent = make(random);
      return { sent, received: decodeMessage(encodeMessage(sent)) };
    },
    maxBytes,
  };
}

const health = { role: "executor", version: "0.1.0", uptimeMs: 2 ** 40, peers: 3, offers: 2, load: 0 } as const;
const refusal = { error: { code: "DRAINING", message: "Bye." } } as const;
/** An answer, or that there is none. */
const orRefusal =
  <Reply>(make: (random: Seeded) => Reply) =>
  (random: Seeded): Reply | typeof refusal =>
    random.below(2) === 0 ? make(random) : refusal;

const { frameBytes, offerBytes } = WIRE_LIMITS;

export const DECODERS: Readonly<Record<string, WireDecoder>> = {
  "client frame": decoder(randomClientFrame, encodeClientFrame, decodeClientFrame, frameBytes),
  "executor frame": decoder(randomExecutorFrame, encodeExecutorFrame, decodeExecutorFrame, frameBytes),
  "evidence ask": decoder(randomEvidenceAsk, encodeEvidenceAsk, decodeEvidenceAsk, EVIDENCE_LIMITS.askBytes),
  "evidence part": decoder(randomEvidencePart, encodeEvidencePart, decodeEvidencePart, frameBytes),
  "offer gossip": decoder(randomGossip, encodeOfferGossip, decodeOfferGossip, offerBytes),
  "rpc request": decoder(randomRpcRequest, encodeRpcRequest, decodeRpcRequest),
  "offers reply": decoder(
    (random) => ({ offers: Array.from({ length: random.below(4) }, () => randomSignedOffer(random)) }),
    encodeOffersReply,
    decodeOffersReply,
  ),
  "health reply": decoder(
    orRefusal(() => health),
    encodeHealthReply,
    decodeHealthReply,
  ),
  "answer reply": decoder(orRefusal(randomAnswerReply), encodeAnswerReply, decodeAnswerReply),
  "vocabulary reply": decoder(
    orRefusal((random) => ({ totalBytes: 1 + random.below(9), bytes: random.bytes(random.below(300)) })),
    encodeVocabularyReply,
    decodeVocabularyReply,
  ),
  "acknowledge reply": decoder(
    orRefusal(() => ({ acknowledged: true as const })),
    encodeAcknowledgeReply,
    decodeAcknowledgeReply,
  ),
  "entrust reply": decoder(
    orRefusal(() => ({ entrusted: true as const })),
    encodeEntrustReply,
    decodeEntrustReply,
  ),
};

/** What decoding threw; `undefined` if it took the bytes. */
export function thrownBy(decodeMessage: (bytes: Uint8Array) => unknown, bytes: Uint8Array): unknown {
  try {
    decodeMessage(bytes);
    return undefined;
  } catch (error) {
    return error;
  }
}

/** A copy with a few bytes changed, put in, or left out. */
export function mutate(random: Seeded, bytes: Uint8Array): Uint8Array {
  const mutated = [...bytes];
  for (let change = 0; change <= random.below(3); change++) {
    const at = random.below(mutated.length);
    const byte = random.below(256);
    if (random.below(3) === 0) mutated.splice(at, 1);
    else mutated.splice(at, random.below(2), byte);
  }
  return Uint8Array.from(mutated);
}

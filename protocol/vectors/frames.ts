import { bytesToHex, hexToBytes } from "../src/hex.ts";
import type { ClientFrame, ExecutorFrame, OfferGossip } from "../src/messages.ts";
import { profileText } from "../src/profile.ts";
import type { RpcRequest } from "../src/rpc-messages.ts";
import {
  encodeAcknowledgeReply,
  encodeAnswerReply,
  encodeClientFrame,
  encodeEntrustReply,
  encodeEvidenceCallReply,
  encodeExecutorFrame,
  encodeHealthReply,
  encodeOfferGossip,
  encodeOffersReply,
  encodeRpcRequest,
  encodeVocabularyReply,
} from "../src/wire.ts";
import { VALUES } from "./commitments.ts";
import { repeated } from "./parties.ts";

const signature = { r: repeated(0x71), vs: repeated(0x72) };

const clientFrames: ClientFrame[] = [
  {
    type: "request",
    id: 1,
    // A price above 64 bits, which is a bignum on the wire.
    request: { ...VALUES.LlmRequestCommitment.typical, inboundPrice: 2n ** 64n, outboundPrice: 2n ** 64n - 1n },
    signature,
    promptSalt: repeated(0x5a),
    messages: [{ role: "user", content: "\ufeff漢字 🧶" }],
    sampling: { temperatureMilli: 700, topPMilli: 950, topK: 40, seed: 7, stop: ["\n"], responseFormat: "text" },
    weightsHash: repeated(0xc1),
    profileHash: repeated(0),
    offerHash: repeated(0xc2),
  },
  { type: "cancel", id: 2 ** 32 - 1 },
];

const executorFrames: ExecutorFrame[] = [
  { type: "status", id: 1, state: "queued", position: 300 },
  { type: "status", id: 24, state: "running", position: 0 },
  { type: "token", id: 1, text: "" },
  { type: "token", id: 65_536, text: " hello 🧶" },
  {
    type: "response",
    id: 1,
    response: VALUES.LlmResponseCommitment.typical,
    signature,
    contentSalt: repeated(0x5b),
  },
  { type: "error", id: 1, code: "QUEUE_FULL", message: "32 requests are waiting." },
];

const offer = {
  offer: VALUES.ModelOffer.typical,
  signature,
  multiaddrs: ["/ip4/192.0.2.1/tcp/4001", "/dns4/executor.example/tcp/443/wss"],
  capacity: 4,
  load: 1,
  sentAt: 1_899_999_000_000,
};

const gossip: OfferGossip[] = [
  { type: "offer", offer },
  {
    type: "offer",
    offer: { ...offer, profile: profileText({ backend: "openai", maxContext: 4096, evidence: "text" }) },
  },
  { type: "withdraw", executor: VALUES.ModelOffer.typical.executor, sentAt: 1_899_999_000_001 },
];

const pair = {
  request: VALUES.LlmRequestCommitment.typical,
  response: VALUES.LlmResponseCommitment.typical,
  ...{ clientSignature: signature, executorSignature: signature },
};
const calls: RpcRequest[] = [
  { method: "offers" },
  { method: "offers", model: "lloom-tiny" },
  { method: "offers", executor: VALUES.ModelOffer.typical.executor },
  { method: "health" },
  { method: "acknowledge", requestHash: repeated(0xd1), responseHash: repeated(0xd2), signature },
  { method: "answer", requestHash: repeated(0xd1) },
  { method: "vocabulary", hash: repeated(0xd2), offset: 262_144 },
  { method: "evidence", dispute: repeated(0xd3) },
  { method: "entrust", ...pair },
  { method: "entrust", ...pair, acknowledgement: signature, fee: { amount: 50_000n, signature } },
];
const answerAgain = {
  response: VALUES.LlmResponseCommitment.typical,
  signature,
  contentSalt: repeated(0x5b),
  text: " hello 🧶",
};
const health = { role: "executor", version: "0.1.0", uptimeMs: 1_000, peers: 3, offers: 1, load: 0 } as const;
const part = { totalBytes: 262_147, bytes: "0x475546" } as const;
const refusal = { error: { code: "RATE_LIMITED", message: "Wait." } } as const;

const vectors = <Message>(messages: readonly Message[], encode: (message: Message) => Uint8Array) =>
  messages.map((message) => ({ message, cbor: bytesToHex(encode(message)) }));

/** frames.json: every kind of message and its bytes. Hex is a byte string there, a decimal string an integer. */
export const frameVectors = () => ({
  clientFrames: vectors(clientFrames, encodeClientFrame),
  executorFrames: vectors(executorFrames, encodeExecutorFrame),
  gossip: vectors(gossip, encodeOfferGossip),
  rpcRequests: vectors(calls, encodeRpcRequest),
  offersReplies: vectors([{ offers: [offer] }, { offers: [] }, refusal], encodeOffersReply),
  healthReplies: vectors([health, refusal], encodeHealthReply),
  acknowledgeReplies: vectors([{ acknowledged: true as const }, refusal], encodeAcknowledgeReply),
  entrustReplies: vectors([{ entrusted: true as const }, refusal], encodeEntrustReply),
  evidenceCallReplies: vectors([{ wanted: true }, { wanted: false }, refusal], encodeEvidenceCallReply),
  answerReplies: vectors([answerAgain, refusal], encodeAnswerReply),
  // A part's bytes are hex there.
  vocabularyReplies: [
    { message: part, cbor: bytesToHex(encodeVocabularyReply({ ...part, bytes: hexToBytes(part.bytes) })) },
    ...vectors([refusal], encodeVocabularyReply),
  ],
});

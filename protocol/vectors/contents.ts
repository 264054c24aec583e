import { canonicalJson, hashContent, hashParams, hashPrompt } from "../src/canonical.ts";
import { bytesToHex } from "../src/hex.ts";
import { deliveryChunks, deliveryHash, merkleProof, merkleRoot } from "../src/merkle.ts";
import type { ChatMessage, Sampling } from "../src/messages.ts";
import { repeated } from "./parties.ts";

const salt = repeated(0x5a);

const CONVERSATIONS: readonly (readonly ChatMessage[])[] = [
  [{ role: "user", content: "" }],
  [{ role: "user", content: "Why is the sky blue?" }],
  [
    { role: "system", content: 'Answer in one "word".\n' },
    { role: "user", content: "\ufeff漢字 🧶 \u2028 \\ \u0000" },
    { role: "assistant", content: "Yes." },
    { role: "user", content: "x".repeat(100) },
  ],
  [
    { role: "tools", content: '[{"name":"now"}]' },
    { role: "user", content: "What time is it?" },
    { role: "assistant", content: '<tool_call>\n{"name": "now", "arguments": {}}\n</tool_call>' },
    { role: "tool", content: "12:00" },
  ],
];

const ANSWERS = ["", "Rayleigh scattering.", 'A "quote", a \\ and\na 🧶', "y".repeat(64)];

const SAMPLINGS: readonly Sampling[] = [
  { temperatureMilli: 0, topPMilli: 1000, topK: 0, stop: [], responseFormat: "text" },
  { temperatureMilli: 700, topPMilli: 950, topK: 40, seed: 0xffff_ffff, stop: ["\n\n", "🧶"], responseFormat: "json" },
  {
    ...{ temperatureMilli: 1000, topPMilli: 1000, topK: 0, stop: [], responseFormat: "text" },
    ...{ seed: 7, seedHigh: 0x8000_0000, minPMilli: 50, presencePenaltyMilli: 600, frequencyPenaltyMilli: -1 },
    ...{ repeatPenaltyMilli: 1100, toolUse: { choice: "required", name: "f", most: 1 } },
    logitBias: [
      [3, -100_000],
      [50_256, 1500],
    ],
  },
  {
    ...{ temperatureMilli: 0, topPMilli: 1000, topK: 0, stop: [], responseFormat: "json" },
    jsonSchema: '{"type":"object","properties":{"ä":{"type":"string"}}}',
  },
];

const LEAVES = [0, 1, 2, 3, 4, 5, 8, 9].map((count) =>
  Array.from({ length: count }, (_, index) => Uint8Array.from({ length: index }, (_unused, at) => at)),
);

/** Bytes delivered: so many times the byte 0x61. */
const DELIVERED = [0, 1, 4_095, 4_096, 4_097, 8_192, 12_289];

/** So many bytes, other ones in every chunk: byte `at` is `at + (at >> 12)`, modulo 256. */
const patternOf = (count: number): Uint8Array => Uint8Array.from({ length: count }, (_, at) => at + (at >> 12));

/** Answers of 1, 2, 3, 5 and 8 chunks, the last of them short in most. */
const CHUNKED = [1, 4_097, 12_288, 16_385, 32_767];

/** contents.json: salted hashes of what is asked and answered, Merkle roots and proofs. */
export const contentVectors = () => ({
  prompts: CONVERSATIONS.map((messages) => ({
    salt,
    messages,
    json: canonicalJson(messages.map(({ role, content }) => ({ role, content }))),
    promptHash: hashPrompt(salt, messages),
  })),
  answers: ANSWERS.map((text) => ({
    salt,
    text,
    json: canonicalJson({ role: "assistant", content: text }),
    contentHash: hashContent(salt, text),
  })),
  params: SAMPLINGS.map((sampling) => {
    const params = { sampling, weightsHash: repeated(0xc1), profileHash: repeated(0), offerHash: repeated(0xc2) };
    return { ...params, json: canonicalJson(params), paramsHash: hashParams(params) };
  }),
  merkle: LEAVES.map((leaves) => ({ leaves: leaves.map(bytesToHex), root: merkleRoot(leaves) })),
  delivery: DELIVERED.map((count) => ({
    byte: "0x61",
    count,
    deliveryHash: deliveryHash(new Uint8Array(count).fill(0x61)),
  })),
  chunks: CHUNKED.flatMap((count) => {
    const answer = patternOf(count);
    const chunks = deliveryChunks(answer);
    return chunks.map((_, index) => ({
      count,
      index,
      deliveryHash: deliveryHash(answer),
      proof: merkleProof(chunks, index),
    }));
  }),
});

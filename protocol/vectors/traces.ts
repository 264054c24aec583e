import { bytesToHex } from "../src/hex.ts";
import { merkleProof } from "../src/merkle.ts";
import { hashProfile, type Profile, profileText } from "../src/profile.ts";
import { encodeTraceLeaf, LEAST_LOGPROB, type TokenName, type TraceToken, traceRoot } from "../src/trace.ts";
import { repeated } from "./parties.ts";

/** Numbers of tokens, from -30 thousandths down. */
const falling = (count: number): TraceToken["likeliest"] =>
  Array.from({ length: count }, (_, at) => ({ token: 1000 + at, logprob: -30 - 700 * at }));
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

const ANSWERS: readonly { readonly name: string; readonly tokens: readonly TraceToken[] }[] = [
  { name: "no trace", tokens: [] },
  { name: "one token, nothing beside it", tokens: [{ token: 0, logprob: 0, likeliest: [] }] },
  {
    name: "three tokens by id: the likeliest, the tenth, one that is not among them",
    tokens: [
      { token: 1000, logprob: -30, likeliest: falling(10) },
      { token: 1009, logprob: -6330, likeliest: falling(10) },
      { token: 0xffff_ffff, logprob: LEAST_LOGPROB, likeliest: falling(10) },
    ],
  },
  {
    name: "two tokens by bytes: half a character, nothing",
    tokens: [
      {
        token: Uint8Array.of(0xf0, 0x9f),
        logprob: -12,
        likeliest: [
          { token: utf8(" a"), logprob: -12 },
          { token: Uint8Array.of(0xf0, 0x9f), logprob: -12 },
        ],
      },
      { token: new Uint8Array(), logprob: -1, likeliest: [] },
    ],
  },
];

/** Hex of a leaf in parts, so that a reader sees which one is wrong. */
const leaf = (...parts: readonly string[]): `0x${string}` => `0x${parts.join("")}`;
const HEAD = ["01", "00", "00000000"] as const;

const WRONG = [
  { why: "nothing", bytes: leaf() },
  { why: "another version", bytes: leaf("02", "00", "00000000", "00000007", "ffff", "00") },
  { why: "an unknown kind", bytes: leaf("01", "02", "00000000", "00000007", "ffff", "00") },
  { why: "a positive log probability", bytes: leaf(...HEAD, "00000007", "0001", "00") },
  { why: "cut off", bytes: leaf(...HEAD, "00000007", "ffff", "01", "00000007") },
  { why: "a byte too many", bytes: leaf(...HEAD, "00000007", "ffff", "00", "00") },
  {
    why: "eleven of the likeliest",
    bytes: leaf(
      ...HEAD,
      "00000000",
      "ffff",
      "0b",
      ...Array.from({ length: 11 }, (_, at) => `0000000${at.toString(16)}ffff`),
    ),
  },
  { why: "the likeliest last", bytes: leaf(...HEAD, "00000007", "fffe", "02", "00000008fff0", "00000007fffe") },
  {
    why: "equally likely, the larger token first",
    bytes: leaf(...HEAD, "00000007", "fffe", "02", "00000008fffe", "00000007fffe"),
  },
  { why: "a token twice", bytes: leaf(...HEAD, "00000007", "fff0", "02", "00000008fffe", "00000008fffd") },
  { why: "two log probabilities of the written token", bytes: leaf(...HEAD, "00000007", "ffff", "01", "00000007fffe") },
  {
    why: "a written token likelier than the likeliest",
    bytes: leaf(...HEAD, "00000007", "ffff", "01", "00000008fffe"),
  },
  { why: "bytes beyond the end", bytes: leaf("01", "01", "00000000", "0005", "6161", "ffff", "00") },
];

const PROFILES: readonly Profile[] = [
  { backend: "openai", maxContext: 4096, evidence: "text" },
  {
    ...{ backend: "llama.cpp", version: "v0.4.0", device: "cpu", instructions: "AVX512", precision: "F16" },
    ...{ keyCache: "F16", valueCache: "F16", flashAttention: "auto", batchSize: 512, maxContext: 8192 },
    ...{ template: repeated(0xd1), vocabulary: repeated(0xd2), batchInvariant: true },
    ...{ evidence: "trace", logprobsAmong: 64 },
  },
];

const WRONG_PROFILES = [
  { why: "keys in another order", text: '{"maxContext":4096,"evidence":"text","backend":"openai"}' },
  { why: "spaces", text: '{"backend": "openai","evidence":"text","maxContext":4096}' },
  { why: "a field twice", text: '{"backend":"openai","evidence":"text","evidence":"trace","maxContext":4096}' },
  { why: "an unknown kind of evidence", text: '{"backend":"openai","evidence":"oath","maxContext":4096}' },
  { why: "no promise", text: '{"backend":"openai","maxContext":4096}' },
  { why: "no JSON", text: "llama.cpp" },
];

const shown = (token: TokenName): number | string => (typeof token === "number" ? token : bytesToHex(token));

/** traces.json: leaves of traces with their roots and proofs, profiles with their hashes, and what is neither. */
export const traceVectors = () => ({
  traces: ANSWERS.map(({ name, tokens }) => {
    const leaves = tokens.map(encodeTraceLeaf);
    return {
      name,
      tokens: tokens.map(({ token, logprob, likeliest }, index) => ({
        token: shown(token),
        logprob,
        likeliest: likeliest.map((one) => ({ token: shown(one.token), logprob: one.logprob })),
        leaf: bytesToHex(leaves[index] ?? new Uint8Array()),
        proof: merkleProof(leaves, index),
      })),
      traceRoot: traceRoot(leaves),
    };
  }),
  wrongLeaves: WRONG,
  profiles: [
    ...PROFILES.map((profile) => ({
      text: profileText(profile),
      profileHash: hashProfile(profileText(profile)),
      valid: true,
    })),
    ...WRONG_PROFILES.map(({ why, text }) => ({ why, text, profileHash: hashProfile(text), valid: false })),
  ],
});

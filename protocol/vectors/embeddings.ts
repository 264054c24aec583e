import { hashContent, hashParams } from "../src/canonical.ts";
import { ZERO_HASH } from "../src/commitment-types.ts";
import { EMBEDDING_LIMITS } from "../src/form/answer-settings.ts";
import { embeddedTexts, embeddingOutbound, embeddingSampling, MOST_EMBEDDING_OUTBOUND } from "../src/form/embedding.ts";
import { readVectors, vectorLine } from "../src/form/vectors.ts";
import { deliveryHash } from "../src/merkle.ts";

/** Numbers as a backend gives them. */
const GIVEN: readonly (readonly number[])[] = [[3, 4], [1], [0, -2, 0], [1, 1, 1, 1, 1, 1, 1], [-1, 1_000_000_000]];

const base64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));
const floats = (...values: readonly number[]): string => {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  for (const [place, value] of values.entries()) view.setFloat32(4 * place, value, true);
  return `${base64(new Uint8Array(view.buffer))}\n`;
};

const RIGHT = floats(1, 0);

/** Texts that are no answer, whatever was asked. */
const WRONG: readonly (readonly [string, string])[] = [
  ["a number that is none", floats(1, Number.NaN)],
  ["an infinite number", floats(Number.POSITIVE_INFINITY, 0)],
  ["a negative zero", floats(1, -0)],
  ["a vector of zeros", floats(0, 0)],
  ["a vector that is longer than 1", floats(3, 4)],
  ["vectors of different lengths", RIGHT + floats(1)],
  ["bytes of no whole number", `${base64(Uint8Array.of(0, 0, 128, 63, 0))}\n`],
  ["bits behind the last byte", "AACAPx==\n"],
  ["base64 without padding", "AACAPw\n"],
  ["an empty line", "\n"],
  ["a line that is not ended", RIGHT.trimEnd()],
  ["CR and LF", RIGHT.replace("\n", "\r\n")],
  ["text", "Hello!\n"],
];

const whole = GIVEN.slice(0, 1).concat([[0, 1]]);
const SALT = `0x${"11".repeat(32)}` as const;

/** embeddings.json: what asks for vectors, their bytes, and what is no vector. */
export const embeddingVectors = () => {
  const text = whole.map((values) => vectorLine(values) ?? "").join("");
  const hashes = { weightsHash: ZERO_HASH, profileHash: ZERO_HASH, offerHash: ZERO_HASH };
  return {
    limits: { ...EMBEDDING_LIMITS, outboundTokens: MOST_EMBEDDING_OUTBOUND },
    params: [undefined, 256].map((dimensions) => {
      const sampling = embeddingSampling(dimensions);
      return { sampling, ...hashes, paramsHash: hashParams({ sampling, ...hashes }) };
    }),
    lines: GIVEN.map((values) => ({ values, line: vectorLine(values) ?? null })),
    answer: {
      text,
      vectors: embeddedTexts(text),
      outboundTokens: embeddingOutbound(text),
      contentSalt: SALT,
      contentHash: hashContent(SALT, text),
      deliveryHash: deliveryHash(new TextEncoder().encode(text)),
    },
    wrong: WRONG.map(([why, wrong]) => ({ why, text: wrong, problem: problemOf(wrong) })),
  };
};

function problemOf(text: string): string | null {
  const read = readVectors(text);
  return typeof read === "string" ? read : null;
}

import { createHash } from "node:crypto";

/** The model that everybody under attack sells. */
export const ATTACKED_MODEL = "attacked";

const WORDS = ["warp", "weft", "loom", "heddle", "shuttle", "thread", "selvage", "treadle", "bobbin", "reed"];
const FEWEST_WORDS = 8;

/** What every honest backend answers to a question, in pieces; nobody else's answer is the same by chance. */
export function knownPieces(question: string): string[] {
  const digest = createHash("sha256").update(question).digest();
  const count = FEWEST_WORDS + ((digest[0] ?? 0) % FEWEST_WORDS);
  const words = Array.from({ length: count }, (_, index) => WORDS[(digest[index + 1] ?? 0) % WORDS.length]);
  return [...words.map((word) => `${word} `), digest.toString("hex").slice(0, 12)];
}

/** The same as one text. */
export const knownAnswer = (question: string): string => knownPieces(question).join("");

/** Prompt tokens that a backend counts: words. */
export const knownInbound = (question: string): number => question.split(" ").length;

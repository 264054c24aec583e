import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import type { Settings } from "../../settings.ts";
import { wordSentence } from "./drain.ts";
import { type DrainWord, readWish, readWord, removeWish, writeWish, writeWord } from "./drain-files.ts";
import { drainStep } from "./follow-drain.ts";

const dataDir = mkdtempSync(join(tmpdir(), "lloom-drain-"));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));
const settings = { dataDir } as Settings;
const STAY = { stay: true };
const STOP = { stay: false };

it.each([
  [undefined, undefined, "nothing"],
  [STOP, undefined, "rest"],
  [STAY, undefined, "rest"],
  [STOP, "finishing", "nothing"],
  [STOP, "settling", "nothing"],
  [STOP, "drained", "stop"],
  [STAY, "drained", "nothing"],
  [undefined, "finishing", "sell"],
  [undefined, "drained", "sell"],
] as const)("an executor whose owner wants %j, at %s, does this next: %s", (wish, state, step) => {
  expect(drainStep(wish, state)).toBe(step);
});

it("a wish and a word are read as they were written, and what is neither is none", () => {
  expect(readWish(settings)).toBeUndefined();
  writeWish(settings, STAY);
  expect(readWish(settings)).toEqual(STAY);
  removeWish(settings);
  expect(readWish(settings)).toBeUndefined();
  const word: DrainWord = {
    ...{ stay: true, state: "settling", open: 0, owed: 12n, disputes: 1 },
    token: { symbol: "tUSD", decimals: 6 },
  };
  writeWord(settings, word);
  expect(readWord(settings)).toEqual(word);
  writeFileSync(join(dataDir, "drain-state.json"), '{"version":2}');
  expect(readWord(settings)).toBeUndefined();
});

it("says how many answers and how much money it waits for", () => {
  const token = { symbol: "tUSD", decimals: 6 };
  const word = { stay: false, open: 2, owed: 1_500n, disputes: 0, token };
  expect(wordSentence({ ...word, state: "finishing" })).toBe("2 answers to finish, 0.0015 tUSD owed ...");
  expect(wordSentence({ ...word, state: "settling", open: 0 })).toBe("All is answered; settling: 0.0015 tUSD owed ...");
});

import { expect, it } from "vitest";
import { epochNote, gradeMeaning } from "./reputation-words.ts";

const EPOCH = { epoch: 527_684, epochStartsAt: 527_684 * 3_600 };

it("says whether the newest epoch in which something happened is over", () => {
  expect(epochNote(EPOCH, EPOCH.epochStartsAt + 3_599)).toBe("so far in epoch 527684, 2030-03-13 20:00:00 UTC");
  expect(epochNote(EPOCH, EPOCH.epochStartsAt + 3_600)).toMatch(/^as of epoch 527684, .*; it has aged since$/);
});

it("does not say that nothing speaks against a newcomer with strikes", () => {
  expect(gradeMeaning({ grade: "NEWCOMER", strikes: 0n })).toMatch(/says nothing against it/);
  expect(gradeMeaning({ grade: "NEWCOMER", strikes: 1n })).toMatch(/speak against it/);
  expect(gradeMeaning({ grade: "C", strikes: 1n })).toMatch(/^Little speaks for it/);
});

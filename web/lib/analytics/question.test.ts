import { expect, test } from "vitest";
import { questionsOfPage } from "../../../scripts/analytics/questions-of-page.ts";
import { tableOf } from "./ask-question.ts";
import { QUESTIONS } from "./generated/questions.ts";
import { chapters, givenOf, type Question, questionNamed } from "./question.ts";

const NOW = 1_767_225_600 + 3_600;
const named = (id: string): Question => questionNamed(id) ?? expect.unreachable(`There is no ${id}`);

test("the explorer has every question of docs/analytics.md, each under a name of its own", () => {
  expect(QUESTIONS).toEqual(questionsOfPage());
  expect(new Set(QUESTIONS.map(({ id }) => id)).size).toBe(QUESTIONS.length);
  expect(chapters().map(([chapter]) => chapter)).toEqual(["Earning", "Demand", "Settling", "Judging"]);
});

test("what a question leaves open is a day, seconds or a width, and never what it cannot be", () => {
  const month = named("who-was-paid-most-in-a-month-by-model");
  const texts = (asked: Record<string, string>) => givenOf(month, asked, NOW).map(({ text }) => text);
  expect(texts({})).toEqual(["2025-12-03", "2026-01-02"]);
  expect(texts({ p1: "2025-06-01", p2: "1700000001" })).toEqual(["2025-06-01", "1700000001"]);
  expect(texts({ p1: "2025-99-01", p2: "1 or 1=1" })).toEqual(["2025-12-03", "2026-01-02"]);
  expect(texts({ p1: "1900-01-01", p2: "999999999999" })).toEqual(["1970-01-01", "2026-01-02"]);
  const actives = named("daily-and-weekly-actives");
  expect(givenOf(actives, { p1: "weeks" }, NOW).map(({ value }) => value)).toEqual([604_800]);
  expect(givenOf(actives, { p1: "constructor" }, NOW).map(({ value }) => value)).toEqual([86_400]);
  expect(givenOf(named("unlocks-that-are-due"), {}, NOW).map(({ text }) => text)).toEqual(["2026-01-01", "2026-01-31"]);
  expect(givenOf(named("time-in-jail"), {}, NOW)).toHaveLength(1);
  expect(givenOf(named("average-length-of-a-lane"), { p1: "2025-06-01" }, NOW)).toEqual([]);
});

test("an answer is a table of plain values, or none", () => {
  expect(
    tableOf(
      [
        { a: "1", b: null },
        { b: 2, a: "3" },
      ],
      "7",
    ),
  ).toEqual({
    ...{
      block: "7",
      columns: ["a", "b"],
      rows: [
        ["1", null],
        ["3", 2],
      ],
    },
  });
  expect(tableOf([], "<b>")).toEqual({ block: undefined, columns: [], rows: [] });
  for (const rows of [[{ a: {} }], ["x"], [{ a: 1 }, { b: 1 }]]) expect(() => tableOf(rows, "7")).toThrow(/./);
});

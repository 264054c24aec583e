import { expect } from "vitest";
import { type Question, questionsOfPage } from "../../../scripts/analytics/questions-of-page.ts";
import { askAnew } from "../../support/ask-anew.ts";
import type { Market } from "../../support/contracts/market.ts";
import { ANSWERS } from "./analytics-answers.ts";
import type { AnswerRow } from "./answers/rows-of-logs.ts";
import type { Indexer } from "./ponder-process.ts";
import { type RawPast, readPast } from "./raw-logs.ts";

/**
 * Every question of `docs/analytics.md` has the answer that the contracts' logs have. `telling` are those whose answer may not be empty
 * or all zeros here.
 */
export async function expectAnalytics(
  indexer: Indexer,
  market: Market,
  { telling, audits }: { readonly telling: readonly string[]; readonly audits?: string },
): Promise<void> {
  await indexer.reaches(await market.connection.ethers.provider.getBlockNumber());
  await expectAnalyticsOf(indexer, await readPast(market, audits), telling);
}

/** Likewise, of a past that was read already. */
export async function expectAnalyticsOf(indexer: Indexer, past: RawPast, telling: readonly string[]): Promise<void> {
  const questions = questionsOfPage();
  expect(questions.map(({ title }) => title).toSorted()).toEqual(Object.keys(ANSWERS).toSorted());
  const told: string[] = [];
  for (const question of questions) {
    const { given, rows } = ANSWERS[question.title] ?? { rows: () => [] };
    const found = await ask(indexer, question, given?.(past) ?? []);
    expect([question.title, found]).toEqual([question.title, rows(past)]);
    if (found.length > 0) told.push(question.title);
  }
  expect(told).toEqual(expect.arrayContaining([...telling]));
}

async function ask(
  indexer: Indexer,
  { language, query }: Question,
  given: readonly (string | number)[],
): Promise<readonly AnswerRow[]> {
  if (language === "graphql") {
    const names = [...query.matchAll(/\$(\w+): /g)].map(([, name = ""]) => name);
    const variables = Object.fromEntries(names.slice(0, given.length).map((name, index) => [name, given[index]]));
    const [page] = Object.values(await indexer.query(query, variables));
    return (page as { items: AnswerRow[] }).items;
  }
  const params = given.map((value) => `&param=${encodeURIComponent(String(value))}`).join("");
  const response = await askAnew(`${indexer.url}/sql/db?sql=${encodeURIComponent(query)}${params}`);
  const { rows, errors } = (await response.json()) as { rows?: AnswerRow[]; errors?: unknown };
  if (rows === undefined) throw new Error(JSON.stringify(errors));
  return rows;
}

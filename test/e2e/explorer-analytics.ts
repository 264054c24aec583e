import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { questionsOfPage } from "../../scripts/analytics/questions-of-page.ts";
import { openBrowser } from "../support/browser.ts";
import { checkReadable } from "./explorer-quality.ts";

export interface AnalyticsVisit {
  readonly baseUrl: string;
  /** The only one that was paid, and how much. */
  readonly executor: string;
  readonly paid: bigint;
}

/** Every question is answered, as a file that says of which block it is. */
async function checkFiles(baseUrl: string): Promise<void> {
  for (const { id } of questionsOfPage()) {
    const response = await fetch(`${baseUrl}/csv/analytics?q=${id}`);
    assert.equal(response.status, 200, `${id} is answered: ${response.status}.`);
    assert.match(response.headers.get("x-lloom-block") ?? "", /^\d+$/, id);
    assert.match(response.headers.get("content-disposition") ?? "", new RegExp(`"${id}\\.csv"`));
  }
  assert.equal((await fetch(`${baseUrl}/csv/analytics?q=nothing`)).status, 404);
  assert.equal((await fetch(`${baseUrl}/csv/analytics?q=constructor`)).status, 404);
}

/** One is asked from the list, and asked again of a time in which nothing was. */
async function checkOne(page: Page, { baseUrl, executor, paid }: AnalyticsVisit): Promise<void> {
  await page.goto(`${baseUrl}/analytics?q=nothing`);
  assert.equal(await page.locator('[data-testid="analytics-question"]').count(), questionsOfPage().length);
  await page.getByRole("link", { name: "Who was paid most in a month, by model" }).click();
  await page.waitForURL(/q=who-was-paid-most/);
  const answer = page.locator('[data-testid="analytics-answer"]');
  await answer.locator(`a[href="/address/${executor.toLowerCase()}"]`).waitFor();
  await answer
    .getByRole("cell", { name: paid.toLocaleString("en-US"), exact: true })
    .first()
    .waitFor();
  await page.locator('[data-testid="analytics-block"]').waitFor();
  await checkReadable(page, "a question with its answer");
  await page.getByLabel("From").fill("2020-01-01");
  await page.getByLabel("Before").fill("2020-02-01");
  await page.getByRole("button", { name: "Ask" }).click();
  await page.waitForURL(/p1=2020-01-01&p2=2020-02-01/);
  await page.getByText("No rows", { exact: true }).waitFor();
  await checkReadable(page, "a question without rows");
}

/** The questions of docs/analytics.md, asked by the explorer. */
export async function checkAnalytics(visit: AnalyticsVisit): Promise<void> {
  await checkFiles(visit.baseUrl);
  await using running = await openBrowser();
  const page = await running.browser.newPage();
  await checkOne(page, visit);
}

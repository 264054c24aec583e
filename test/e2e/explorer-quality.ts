import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import type { PageDocument } from "./explorer-dom.ts";

declare const document: PageDocument;
declare const innerWidth: number;
/** Of axe-core, once its code was run in the page. */
declare const axe: {
  run(context: PageDocument, options: object): Promise<{ readonly violations: readonly Violation[] }>;
};

/*
 * What makes a page readable for everybody, checked on the real document. Every check names the offenders, so that a failure
 * says what to mend.
 */

interface Violation {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** WCAG 2.2 AA, and what axe holds for good practice. */
const EVERYTHING = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
export const NARROW = { width: 320, height: 780 };
export const WIDE = { width: 1280, height: 900 };

/** A page never scrolls sideways. */
async function checkNoOverflow(page: Page, where: string): Promise<void> {
  const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(tooWide <= 0, `${where} is ${tooWide} px wider than the screen.`);
}

async function checkRules(page: Page, where: string): Promise<void> {
  const violations = await page.evaluate(
    async (rules) => (await axe.run(document, { runOnly: rules, resultTypes: ["violations"] })).violations,
    EVERYTHING,
  );
  const offences = violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${help}: ${html.slice(0, 120)} (${failureSummary ?? ""})`),
  );
  assert.deepEqual(offences, [], `${where} can be read by everybody.`);
}

/** Runs in the browser: what axe has no rule for. */
function findUntold(): string[] {
  const problems: string[] = [];
  const all = (selector: string) => [...document.querySelectorAll(selector)];
  if (all("h1").length !== 1) problems.push(`there are ${all("h1").length} first-level headings`);
  // A page that streams in leaves its hidden, emptied scaffolding behind.
  for (const table of all("table:not([hidden])")) {
    if (table.querySelector("caption") === null) problems.push("a table has no caption");
    if (table.querySelector("th:not([scope])") !== null) problems.push("a table header has no scope");
  }
  const ids = all("[id]").map(({ id }) => id);
  for (const id of new Set(ids.filter((one, index) => ids.indexOf(one) !== index)))
    problems.push(`id ${id} is given twice`);
  if (!all("a")[0]?.getAttribute("href")?.startsWith("#")) problems.push("the first link does not skip to the content");
  return problems;
}

/** Names, headings, labels, tables, landmarks, contrast, and no sideways scrolling: in light and narrow, in dark and wide. */
export async function checkReadable(page: Page, where: string): Promise<void> {
  assert.deepEqual(await page.evaluate(findUntold), [], `${where} can be read by everybody.`);
  await page.evaluate(AXE);
  for (const [viewport, colorScheme] of [
    [NARROW, "light"],
    [WIDE, "dark"],
  ] as const) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme });
    const at = `${where}, ${colorScheme}, ${viewport.width} px wide,`;
    await checkNoOverflow(page, at);
    await checkRules(page, at);
  }
}

import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import type { PageDocument, PageElement, PageStyle } from "./explorer-dom.ts";

declare const document: PageDocument;
declare const innerWidth: number;
declare const getComputedStyle: (element: PageElement) => PageStyle;

/*
 * What makes a page readable for everybody, checked on the real document. Every check returns the offenders by name, so
 * that a failure says what to mend.
 */

/** Ratio that WCAG 2.2 AA asks of text. Large text would do with less; nothing here needs that. */
const LEAST_CONTRAST = 4.5;

/** A page never scrolls sideways. */
export async function checkNoOverflow(page: Page, where: string): Promise<void> {
  const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(tooWide <= 0, `${where} is ${tooWide} px wider than the screen.`);
}

/** Runs in the browser: names of elements that a screen reader or keyboard could not make sense of. */
function findUnreadable(): string[] {
  const problems: string[] = [];
  const all = (selector: string) => [...document.querySelectorAll(selector)];
  const nameOf = (element: PageElement) =>
    element.getAttribute("aria-label") ?? (element.textContent.trim() || element.title || "");
  if (document.documentElement.lang === "") problems.push("the document has no language");
  if (document.title === "") problems.push("the document has no title");
  if (all("h1").length !== 1) problems.push(`there are ${all("h1").length} first-level headings`);
  if (all("main").length !== 1) problems.push("there is not exactly one main part");
  const levels = all("h1, h2, h3").map(({ tagName }) => Number(tagName.slice(1)));
  if (levels.some((level, index) => index > 0 && level > (levels[index - 1] ?? 0) + 1))
    problems.push("a heading level is skipped");
  for (const control of all("a, button, summary"))
    if (nameOf(control) === "") problems.push(`no name: ${control.outerHTML.slice(0, 80)}`);
  for (const input of all("input, select, textarea")) {
    if (document.querySelector(`label[for="${input.id}"]`) === null)
      problems.push(`no label: ${input.outerHTML.slice(0, 80)}`);
  }
  // A page that streams in leaves its hidden, emptied scaffolding behind.
  for (const table of all("table:not([hidden])")) {
    if (table.querySelector("caption") === null) problems.push("a table has no caption");
    if (table.querySelector("th:not([scope])") !== null) problems.push("a table header has no scope");
  }
  for (const picture of all("svg, img")) {
    if (picture.getAttribute("aria-hidden") !== "true" && !picture.hasAttribute("alt"))
      problems.push("a picture has no text");
  }
  const ids = all("[id]").map(({ id }) => id);
  for (const id of new Set(ids.filter((one, index) => ids.indexOf(one) !== index)))
    problems.push(`id ${id} is given twice`);
  if (!all("a")[0]?.getAttribute("href")?.startsWith("#")) problems.push("the first link does not skip to the content");
  return problems;
}

/** Language, title, headings, names, labels, captions and the skip link are there. */
export async function checkAccessibility(page: Page, where: string): Promise<void> {
  assert.deepEqual(await page.evaluate(findUnreadable), [], `${where} can be read by everybody.`);
}

/** Runs in the browser: texts whose colour is too close to what is behind them. */
function findFaint(least: number): string[] {
  const TEXT_NODE = 3;
  const channels = (color: string) => (color.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = (color: string) => {
    const [red = 0, green = 0, blue = 0] = channels(color).map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const behind = (element: PageElement): string => {
    const color = getComputedStyle(element).backgroundColor;
    if (channels(color)[3] !== 0) return color;
    return element.parentElement === null ? "rgb(255, 255, 255)" : behind(element.parentElement);
  };
  const hasOwnText = (element: PageElement) =>
    [...element.childNodes].some((node) => node.nodeType === TEXT_NODE && node.textContent?.trim());
  const isShown = (element: PageElement) =>
    element.checkVisibility({ visibilityProperty: true }) &&
    element.closest(".sr-only, [aria-disabled='true'], [aria-hidden='true']") === null;
  return [...document.querySelectorAll("body *")]
    .filter(
      (element) => !["SCRIPT", "STYLE", "OPTION"].includes(element.tagName) && hasOwnText(element) && isShown(element),
    )
    .flatMap((element) => {
      const [one, other] = [luminance(getComputedStyle(element).color), luminance(behind(element))].sort(
        (a, b) => b - a,
      );
      const ratio = ((one ?? 0) + 0.05) / ((other ?? 0) + 0.05);
      return ratio < least ? [`${element.textContent.trim().slice(0, 40)} (${ratio.toFixed(2)})`] : [];
    });
}

/** All visible text stands out from its background as WCAG 2.2 AA asks. */
export async function checkContrast(page: Page, where: string): Promise<void> {
  assert.deepEqual(await page.evaluate(findFaint, LEAST_CONTRAST), [], `${where} has contrast enough.`);
}

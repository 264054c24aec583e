import assert from "node:assert/strict";
import type { ReceiptData } from "@lloom/protocol/receipts";
import type { BrowserContext, Page } from "playwright-core";
import { openBrowser } from "../support/browser.ts";
import type { PageDocument, PageElement, PageStyle } from "./explorer-dom.ts";
import { checkReadable, WIDE } from "./explorer-quality.ts";
import { checkVerifying } from "./explorer-verify.ts";
import { checkForeignCode, checkPending, checkSavedQueries, checkWithoutCode } from "./explorer-without.ts";

declare const document: PageDocument;
declare const getComputedStyle: (element: PageElement) => PageStyle;

/** What a settlement on the chain says, in base units and whole counts. */
export interface ExpectedSettlement {
  readonly executor: string;
  readonly client: string;
  readonly answers: bigint;
  readonly inboundTokens: bigint;
  readonly outboundTokens: bigint;
  readonly paid: bigint;
  readonly requestHash: string;
  readonly responseHash: string;
}

/** Totals of the network after that settlement, in base units and whole counts. */
export interface ExpectedTotals {
  readonly answers: bigint;
  readonly tokens: bigint;
  readonly paid: bigint;
  readonly executors: number;
  readonly clients: number;
  readonly stake: bigint;
}

export interface ExplorerExpectation {
  /** Where the explorer is served, without a trailing slash. */
  readonly baseUrl: string;
  /** Hash of a transaction that settled exactly one pair. */
  readonly settlementTx: string;
  /** What it settled. */
  readonly receipt: ReceiptData;
  readonly expected: { readonly settlement: ExpectedSettlement; readonly totals: ExpectedTotals };
  /** Longest that a figure may take to appear. */
  readonly timeoutMs?: number;
}

interface Visit {
  readonly page: Page;
  readonly expectation: ExplorerExpectation;
}

const DEFAULT_TIMEOUT_MS = 30_000;
const UNKNOWN_ADDRESS = `0x${"12".repeat(20)}`;

/** Waits until a figure shows a value; the page follows the chain by itself, so that no reload is needed. */
async function expectFigure(page: Page, testId: string, value: bigint | number): Promise<void> {
  await page.locator(`[data-testid="${testId}"][data-value="${value}"]`).first().waitFor();
}

async function open({ page, expectation }: Visit, path: string): Promise<void> {
  const response = await page.goto(`${expectation.baseUrl}${path}`);
  assert.ok(response !== null && response.status() < 500, `${path} answers with status ${response?.status()}.`);
  // From then on the page takes key presses and clicks.
  await page.locator('[data-testid="freshness"][data-ready="true"]').waitFor();
}

async function checkOverview(visit: Visit): Promise<void> {
  const { totals } = visit.expectation.expected;
  await open(visit, "/");
  await expectFigure(visit.page, "figure-answers", totals.answers);
  await expectFigure(visit.page, "figure-tokens", totals.tokens);
  await expectFigure(visit.page, "figure-paid", totals.paid);
  await expectFigure(visit.page, "figure-executors", totals.executors);
  await expectFigure(visit.page, "figure-clients", totals.clients);
  await expectFigure(visit.page, "figure-stake", totals.stake);
  await expectFigure(visit.page, "alive-answers", totals.answers);
  await expectFigure(visit.page, "alive-paid", totals.paid);
  await expectFigure(visit.page, "honesty-open", 0);
  await expectFigure(visit.page, "model-active", 1);
  await visit.page.getByRole("navigation", { name: "Range of the chart" }).getByRole("link", { name: "90 d" }).click();
  await visit.page.waitForURL(/range=days90$/);
  await visit.page.locator('[data-testid="activity-chart"][data-width="day"]').waitFor();
  await visit.page.locator('[data-testid="freshness"][data-state="live"]').waitFor();
  assert.ok(
    (await visit.page.locator('[data-testid="settlement-row"]').count()) > 0,
    "The overview lists settlements.",
  );
}

/** By its transaction the settlement's page is found, and says what the chain says. Returns the page's path. */
async function checkSettlement(visit: Visit): Promise<string> {
  const { page, expectation } = visit;
  const { settlement } = expectation.expected;
  await open(visit, `/tx/${expectation.settlementTx}`);
  await page.waitForURL(/\/settlements\/[^/?]+$/);
  await page.locator('[data-testid="settlement"]').waitFor();
  await expectFigure(page, "settlement-amount", settlement.paid);
  await expectFigure(page, "settlement-answers", settlement.answers);
  await expectFigure(page, "settlement-tokens", settlement.inboundTokens + settlement.outboundTokens);
  const texts = {
    executor: settlement.executor,
    client: settlement.client,
    transaction: expectation.settlementTx,
    request: settlement.requestHash,
    response: settlement.responseHash,
  };
  for (const [name, text] of Object.entries(texts)) {
    assert.equal(await page.locator(`[data-testid="settlement-${name}"]`).innerText(), text.toLowerCase(), name);
  }
  return new URL(page.url()).pathname;
}

async function checkExecutor(visit: Visit): Promise<void> {
  const { executor } = visit.expectation.expected.settlement;
  await open(visit, `/executors/${executor}`);
  assert.equal(await visit.page.locator('[data-testid="member-address"]').innerText(), executor.toLowerCase());
  await visit.page.locator('[data-testid="why-verdict"][data-value="can"]').waitFor();
  // By tap or key, and without code: the figure says what it is by which formula.
  await expectFigure(visit.page, "executor-earned", visit.expectation.expected.settlement.paid);
  const meaning = visit.page.locator('[data-testid="meaning"]', { hasText: "Earned" }).first();
  await meaning.locator("summary").focus();
  await visit.page.keyboard.press("Enter");
  await meaning.getByText("paid - tailHeld - tailRefunded = earned", { exact: true }).waitFor();
  await visit.page.locator('[data-testid="page-moment"]').waitFor();
  const parts = visit.page.getByRole("navigation", { name: "Parts of this page" });
  await parts.getByRole("link", { name: "Settlements" }).click();
  await visit.page.locator('[data-testid="settlement-row"]').first().waitFor();
  await parts.getByRole("link", { name: "Stake" }).click();
  await visit.page.waitForURL(/tab=stake$/);
  await visit.page.locator('[data-testid="stake-row"]').first().waitFor();
  assert.match(await visit.page.locator('[data-testid="member-peer-id"]').innerText(), /^16Uiu2/);
}

async function searchFor({ page }: Visit, text: string): Promise<void> {
  await page.keyboard.press("/");
  assert.equal(
    await page.evaluate(() => document.activeElement?.id),
    "search",
    "The slash key leads to the search box.",
  );
  await page.locator("#search").fill(text);
  await page.keyboard.press("Enter");
}

async function checkSearch(visit: Visit, settlementPath: string): Promise<void> {
  const { page, expectation } = visit;
  const { settlement } = expectation.expected;
  const executorPath = `/executors/${settlement.executor.toLowerCase()}`;
  const findings = [
    [expectation.settlementTx, settlementPath],
    [settlement.requestHash, settlementPath],
    [settlementPath.split("/").at(-1) ?? "", settlementPath],
    [` ${settlement.executor.toUpperCase().replace("0X", "0x")} `, executorPath],
    [settlement.client, `/clients/${settlement.client.toLowerCase()}`],
  ] as const;
  for (const [text, path] of findings) {
    await open(visit, "/settlements");
    await searchFor(visit, text);
    await page.waitForURL(`**${path}`);
  }
  // A receipt is checked in this browser: what is searched is told to nobody.
  await searchFor(visit, JSON.stringify(expectation.receipt));
  await page.waitForURL("**/verify");
  await page.locator('[data-testid="receipt-verdict"]', { hasText: "The receipt is right" }).waitFor();
  await searchFor(visit, UNKNOWN_ADDRESS);
  await page.locator('[data-testid="not-found"]').waitFor();
}

/** The order is in the address, in the headers and in the rows. */
async function checkSorting(visit: Visit): Promise<void> {
  const { page } = visit;
  await open(visit, "/executors");
  await page.locator('th[aria-sort="descending"]', { hasText: "Earned" }).waitFor();
  await page.getByRole("link", { name: "Stake" }).click();
  await page.waitForURL(/sort=stake&dir=desc/);
  await page.locator('th[aria-sort="descending"]', { hasText: "Stake" }).waitFor();
  await page.getByRole("link", { name: "Stake" }).click();
  await page.locator('th[aria-sort="ascending"]', { hasText: "Stake" }).waitFor();
}

/** What narrows a list stands in its address, leaves whom it should, and goes with the order and into the file. */
async function checkFilters(visit: Visit): Promise<void> {
  const { page, expectation } = visit;
  const { executors } = expectation.expected.totals;
  const { model } = expectation.receipt.request;
  await open(visit, "/executors");
  await page.getByRole("navigation", { name: "Narrow by status" }).getByRole("link", { name: "Active" }).click();
  await page.waitForURL(/status=active/);
  await page.getByText(`${executors} executors`, { exact: true }).waitFor();
  await page.getByLabel("Model", { exact: true }).fill(model);
  await page.getByRole("button", { name: "Narrow" }).click();
  await page.getByText("1 executor", { exact: true }).waitFor();
  await page.getByRole("link", { name: "Price per 1M" }).click();
  await page.waitForURL((url) => ["status=active", "sort=price", "model="].every((part) => url.search.includes(part)));
  const row = page.locator('[data-testid="executor-row"]', { hasText: "usual" });
  await row.locator(`a[href="/executors/${expectation.expected.settlement.executor.toLowerCase()}"]`).waitFor();
  const csv = await page.request.get(`${expectation.baseUrl}/csv/executors?model=${encodeURIComponent(model)}`);
  assert.equal((await csv.text()).trim().split("\r\n").length, 2, "The file is narrowed as the list is.");
  for (const [narrowed, left] of [
    ["grade=new", executors],
    ["stake=low", 0],
    ["price=high", 0],
    ["status=jail", 0],
    ["status=none", 0],
    ["model=nobody", 0],
  ] as const) {
    await open(visit, `/executors?${narrowed}`);
    assert.equal(await page.locator('[data-testid="executor-row"]').count(), left, narrowed);
  }
}

async function checkCsv({ page, expectation }: Visit): Promise<void> {
  const response = await page.request.get(`${expectation.baseUrl}/csv/settlements`);
  const [header, ...rows] = (await response.text()).trim().split("\r\n");
  assert.match(header ?? "", /^id,time,block,transaction,client,executor,/);
  assert.ok(
    rows.some((row) => row.includes(expectation.settlementTx.toLowerCase())),
    "The CSV holds the settlement.",
  );
}

const background = (page: Page) => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);

/** The system decides until the reader does; the choice survives a reload and is in the page's first byte. */
async function checkThemes(visit: Visit): Promise<void> {
  const { page } = visit;
  await open(visit, "/");
  await page.emulateMedia({ colorScheme: "light" });
  const light = await background(page);
  await page.emulateMedia({ colorScheme: "dark" });
  const dark = await background(page);
  assert.notEqual(dark, light, "Dark and light differ.");
  await page.locator('[data-testid="theme-toggle"]').click();
  assert.equal(await background(page), light, "The toggle overrules the system.");
  const reloaded = await page.reload();
  assert.match((await reloaded?.text()) ?? "", /<html[^>]*data-theme="light"/, "The choice is in the first byte.");
  await page.context().clearCookies();
}

async function checkEveryPage(visit: Visit, settlementPath: string): Promise<void> {
  const { executor, client } = visit.expectation.expected.settlement;
  const paths = "/ /settlements /models /executors /clients /validators /disputes /verify /trust /method /api".split(
    " ",
  );
  for (const path of [
    ...paths,
    settlementPath,
    `/executors/${executor}`,
    `/clients/${client}`,
    "/search?q=nothing+here",
  ]) {
    await open(visit, path);
    await checkReadable(visit.page, path);
  }
}

/** Collects what the browser complains about; nothing may be left at the end. */
export function watchComplaints(context: BrowserContext): readonly string[] {
  const complaints: string[] = [];
  context.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  context.on("weberror", (error) => complaints.push(String(error.error())));
  context.on("requestfailed", (request) => {
    // A page that is left gives up what it was still loading.
    const reason = request.failure()?.errorText;
    if (reason !== "net::ERR_ABORTED") complaints.push(`${request.url()} failed: ${reason}`);
  });
  return complaints;
}

/**
 * Opens a running explorer in a real browser and compares what it shows with what the chain says: figures, pages, search,
 * order, CSV, themes, phone width, names and headings for screen readers, contrast, and a silent console. Throws an
 * AssertionError or a time-out that names what is wrong.
 */
export async function checkExplorer(expectation: ExplorerExpectation): Promise<void> {
  await using running = await openBrowser();
  const context = await running.browser.newContext({ viewport: WIDE, locale: "en-US" });
  context.setDefaultTimeout(expectation.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  const complaints = watchComplaints(context);
  const visit = { page: await context.newPage(), expectation };
  await checkOverview(visit);
  const settlementPath = await checkSettlement(visit);
  await checkExecutor(visit);
  await checkSearch(visit, settlementPath);
  await checkSorting(visit);
  await checkFilters(visit);
  await checkCsv(visit);
  await checkThemes(visit);
  await checkEveryPage(visit, settlementPath);
  await checkWithoutCode(running.browser, expectation.baseUrl);
  await checkPending(visit.page, expectation.baseUrl);
  await checkForeignCode(visit.page, expectation.baseUrl);
  await checkSavedQueries(visit.page, expectation.baseUrl);
  assert.deepEqual(complaints, [], "The browser has nothing to complain about.");
  // From here on it is offline now and then.
  await open(visit, "/verify");
  await checkVerifying(visit.page, expectation.receipt, settlementPath);
  const forbidden = complaints.filter((complaint) => /Content Security Policy/.test(complaint));
  assert.deepEqual(forbidden, [], "Checking needs nothing that the page forbids.");
}

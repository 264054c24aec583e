import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import { DELIVERY_ENDS } from "../integration/indexer/disputed-deeds.ts";
import type { Named } from "../integration/indexer/rows.ts";
import { openBrowser } from "../support/browser.ts";
import { NARROW, WIDE } from "./explorer-quality.ts";
import type { StagedDisputes } from "./staged-disputes.ts";

const TIMEOUT_MS = 60_000;

/** A page of a browser, and the explorer that it looks at. */
export interface Visit extends AsyncDisposable {
  readonly browser: Browser;
  readonly page: Page;
  readonly baseUrl: string;
}

export async function openVisit(baseUrl: string): Promise<Visit> {
  const running = await openBrowser();
  const context = await running.browser.newContext({ viewport: WIDE, locale: "en-US" });
  context.setDefaultTimeout(TIMEOUT_MS);
  const page = await context.newPage();
  return { browser: running.browser, page, baseUrl, [Symbol.asyncDispose]: () => running[Symbol.asyncDispose]() };
}

/** Opens a page and waits until it takes key presses and clicks. */
export async function open({ page, baseUrl }: Visit, path: string): Promise<void> {
  const response = await page.goto(baseUrl + path);
  assert.equal(response?.status(), 200, path);
  await page.locator('[data-testid="freshness"][data-ready="true"]').waitFor();
}

const lower = (wallet: { readonly address: string }): string => wallet.address.toLowerCase();

/** Addresses of the pages that the list shows, in its order. */
const listed = (page: Page): Promise<(string | null)[]> =>
  page
    .locator('[data-testid="dispute-row"] a[href^="/disputes/"]')
    .evaluateAll((links) =>
      links.map((link) => (link as unknown as { getAttribute(name: string): string | null }).getAttribute("href")),
    );

export async function checkDisputeList(visit: Visit, staged: StagedDisputes): Promise<void> {
  const { page } = visit;
  await open(visit, "/disputes");
  const paths = await listed(page);
  // The executor's 12 hours began an hour before the delivery was disputed; the jury has a day and a half.
  const open_ = [staged.unanswered, staged.deliveries.get("OPEN"), staged.voting].map((id) => `/disputes/${id}`);
  assert.deepEqual(paths.slice(0, 3), open_, "Open ones come first, by their next deadline.");
  const count = 3 + DELIVERY_ENDS.length + 4 + 3;
  assert.equal(paths.length, count, "Every dispute is there.");
  await page.setViewportSize(NARROW);
  const accused = page.locator(`[data-testid="dispute-row"] a[href="/executors/${lower(staged.executor)}"]:visible`);
  assert.equal(await accused.count(), DELIVERY_ENDS.length + 1, "Who is accused is told on a phone, too.");
  await page.setViewportSize(WIDE);
  for (const [kind, wanted] of [
    ["Delivery", 6],
    ["Wrong model", 6],
    ["Two answers", 2],
    ["Two offers", 1],
  ] as const) {
    await page.getByRole("navigation", { name: "Narrow by kind" }).getByRole("link", { name: kind }).click();
    await page.waitForURL(/kind=/);
    await page.getByText(`${wanted} dispute${wanted === 1 ? "" : "s"}`, { exact: true }).waitFor();
  }
  await page.getByRole("navigation", { name: "Narrow by kind" }).getByRole("link", { name: "All" }).click();
  await page.getByText(`${count} disputes`, { exact: true }).waitFor();
  await page.getByRole("navigation", { name: "Narrow by state" }).getByRole("link", { name: "Open" }).click();
  await page.getByText("3 disputes", { exact: true }).waitFor();
  assert.deepEqual(await listed(page), open_);
  const csv = await (await page.request.get(`${visit.baseUrl}/csv/disputes?state=open`)).text();
  const [header, ...rows] = csv.trim().split("\r\n");
  assert.match(header ?? "", /^id,judge,kind,state,executor,opened by,at stake \(tUSD\),/);
  assert.deepEqual(
    rows.map((row) => `/disputes/${row.split(",")[0]}`),
    open_,
  );
}

export async function checkDeadline(visit: Visit, staged: StagedDisputes): Promise<void> {
  const { page, browser, baseUrl } = visit;
  const path = `/disputes/${staged.deliveries.get("OPEN")}`;
  const { revealBy } = (await staged.market.delivery.read("deliveries", staged.deliveries.get("OPEN"))) as Named;
  const moment = new Date(Number(revealBy) * 1000).toISOString().slice(0, 19).replace("T", " ");
  await open(visit, "/");
  const chart = page.locator('[data-testid="activity-chart"]');
  assert.equal(await chart.getByText("0 in all", { exact: true }).count(), 0, "What was settled lately is shown.");
  assert.equal(await page.getByText(/^in \d+ (min|h|d)$/).count(), 0, "Nothing was settled in the future.");
  await open(visit, path);
  const deadline = page.locator('[data-testid="dispute-deadline"]');
  assert.equal(await deadline.getAttribute("data-until"), String(revealBy));
  // The chain's clock stands years ahead of this machine's: what is left is by the chain.
  const left = (await deadline.innerText()).split("\n")[0] ?? "";
  assert.match(left, /^1[12] h \d+ min left$/);
  const context = await browser.newContext({ javaScriptEnabled: false, viewport: NARROW });
  try {
    const still = await context.newPage();
    await still.goto(baseUrl + path);
    assert.equal((await still.locator('[data-testid="dispute-deadline"]').innerText()).trim(), `${moment} UTC`);
    assert.ok((await still.locator('[data-testid="move"]').count()) > 0, "The timeline needs no code.");
  } finally {
    await context.close();
  }
}

interface Shown {
  readonly to: string;
  readonly units: string;
}

const transfersIn = (page: Page, scope: string): Promise<Shown[]> =>
  page.locator(`[data-testid="${scope}"] [data-testid="transfer"]`).evaluateAll((rows) =>
    (rows as unknown as { getAttribute(name: string): string | null }[]).map((row) => ({
      to: row.getAttribute("data-to") ?? "",
      units: row.getAttribute("data-value") ?? "",
    })),
  );
const amounts = (shown: readonly Shown[]): string[] => shown.map(({ units }) => units).sort();

/** What each branch promises is what happened, and what the contracts have. */
export async function checkEndings(visit: Visit, staged: StagedDisputes): Promise<void> {
  const { page } = visit;
  for (const end of DELIVERY_ENDS) {
    await open(visit, `/disputes/${staged.deliveries.get(end)}`);
    const [happened, promised] = [await transfersIn(page, "outcome"), await transfersIn(page, `branch-${end}`)];
    await page.locator(`[data-testid="branch-${end}"]`).getByText("it ended so").waitFor();
    // How much of the bond a reveal gets depends on the base fee of its block.
    const known = end === "DELIVERED" ? 1 : promised.length;
    assert.deepEqual(amounts(happened.slice(0, known)), amounts(promised.slice(0, known)), end);
    const { paid } = (await staged.market.delivery.read("deliveries", staged.deliveries.get(end))) as Named;
    const winner = end === "CONCEDED" || end === "DEFAULTED" ? "client" : "executor";
    assert.deepEqual(happened[0], { to: winner, units: String(paid) }, `${end}: the pay for the answer`);
  }
}

export async function checkVotes(visit: Visit, staged: StagedDisputes): Promise<void> {
  const { page } = visit;
  await open(visit, `/disputes/${staged.voting}`);
  const votes = await page.locator('[data-testid="seat-row"] td:nth-child(2)').allInnerTexts();
  const hidden = "committed, not revealed";
  assert.deepEqual(votes.sort(), [hidden, hidden, hidden, "none", "none"], "Nobody can read a vote before its time.");
  await open(visit, "/disputes?kind=model&state=fault");
  const paths = await listed(page);
  const seats: number[] = [];
  for (const path of paths) {
    await open(visit, path ?? "");
    const rows = await page.locator('[data-testid="seat-row"] td:nth-child(2)').allInnerTexts();
    seats.push(rows.length);
    if (rows.length !== 16) continue;
    const count = (vote: string) => rows.filter((row) => row === vote).length;
    assert.deepEqual(
      ["at fault", "as signed", "cannot tell", hidden, "none"].map(count),
      [7, 5, 1, 2, 1],
      "Two panels, as they voted.",
    );
    for (const text of ["appealed to a second panel", "asked the arbitrator", "ruled: the executor is at fault"])
      await page.locator('[data-testid="move"]', { hasText: text }).waitFor();
  }
  assert.deepEqual(
    seats.sort((a, b) => a - b),
    [0, 5, 16],
  );
}

export async function checkFault(visit: Visit, { market, judged }: StagedDisputes): Promise<void> {
  const { page } = visit;
  await open(visit, `/disputes?kind=answers&executor=${lower(judged.executor)}`);
  const [path] = await listed(page);
  await open(visit, path ?? "");
  await page.locator('[data-testid="dispute-state"]', { hasText: "Proven" }).waitFor();
  const { slashed } = { slashed: (await transfersIn(page, "outcome")).map(({ units }) => BigInt(units)) };
  const shown = slashed.reduce((sum, units) => sum + units, 0n);
  const atStake = await page.locator('[data-testid="dispute-at-stake"]').getAttribute("data-value");
  assert.equal(String(shown), atStake, "All that it lost went somewhere.");
  assert.equal(await market.stakeRegistry.read("isSlashed", market.disputes.address, path?.split("/").at(-1)), true);
}

export async function checkLinks(visit: Visit, staged: StagedDisputes): Promise<void> {
  const { page } = visit;
  for (const id of [staged.voting, staged.deliveries.get("DEFAULTED") ?? ""]) {
    await open(visit, "/executors");
    await page.keyboard.press("/");
    await page.locator("#search").fill(` ${id.toUpperCase().replace("0X", "0x")} `);
    await page.keyboard.press("Enter");
    await page.waitForURL(`**/disputes/${id}`);
    await page.locator(`[data-testid="dispute"][data-id="${id}"]`).waitFor();
  }
  const dispute = `/disputes/${staged.deliveries.get("DEFAULTED")}`;
  await page.locator('a[href^="/settlements/"]').first().click();
  await page.locator('[data-testid="settlement"]').waitFor();
  await page.locator('[data-testid="disputed"] a').click();
  await page.waitForURL(`**${dispute}`);
  await page.locator('[data-testid="timeline"] a[href^="/tx/"]').last().click();
  await page.waitForURL("**/tx/*");
  await page.locator(`main a[href="${dispute}"]`).first().click();
  await page.waitForURL(`**${dispute}`);
  await page.locator('[data-testid="dispute-executor"]').click();
  await page.waitForURL(`**/executors/${lower(staged.executor)}`);
  await page.getByRole("navigation", { name: "Parts of this page" }).getByRole("link", { name: "Disputes" }).click();
  await page.locator(`main a[href="${dispute}"]`).waitFor();
  await open(visit, `/clients/${lower(staged.client)}`);
  await page.locator(`main a[href="${dispute}"]`).waitFor();
}

const figure = (page: Page, testId: string, value: unknown) =>
  page.locator(`[data-testid="${testId}"][data-value="${value}"]`).waitFor();

/** Every epoch in which something happened, newest first, and the newest is what the page says of now. */
async function checkHistory(page: Page): Promise<void> {
  await page.getByText("Epochs as a table").click();
  const epochs = await page
    .locator('[data-testid="epoch-row"] time')
    .evaluateAll((times) =>
      times.map((time) => Number((time as unknown as { title: string }).title.replace("epoch ", ""))),
    );
  // It registered, was settled with, disputed and audited, and struck in hours that differ.
  assert.ok(epochs.length > 2, `${epochs.length} epochs`);
  assert.deepEqual(
    epochs,
    epochs.toSorted((a, b) => b - a),
  );
  const chart = page.locator('[data-testid="reputation-chart"]');
  assert.equal(await chart.getAttribute("data-epochs"), String(epochs.length));
  const trust = await page.locator('[data-testid="reputation-trust"]').getAttribute("data-value");
  await page.locator('[data-testid="epoch-row"]').first().locator(`[data-value="${trust}"]`).waitFor();
}

export async function checkAccounts(visit: Visit, staged: StagedDisputes): Promise<void> {
  const { page } = visit;
  const { market, executor, judged, audits } = staged;
  const { disputesLost } = (await market.accounting.read("executorStats", executor.address)) as Named;
  await open(visit, `/executors/${lower(executor)}`);
  await figure(page, "executor-disputes-lost", disputesLost);
  await figure(page, "executor-audits-passed", 1);
  const { frozen } = (await market.stakeRegistry.read("members", executor.address)) as Named;
  await figure(page, "executor-at-risk", frozen);
  await open(visit, `/executors/${lower(executor)}?tab=audits`);
  await page.locator('[data-testid="reputation-grade"]', { hasText: "Newcomer" }).waitFor();
  await checkHistory(page);
  const lists = ["/executors", "/executors?sort=trust", "/", `/clients/${lower(staged.client)}`];
  for (const viewport of [NARROW, WIDE]) {
    await page.setViewportSize(viewport);
    for (const path of lists) {
      await open(visit, path);
      // Lists of somebody's lanes name executors too, and rank none.
      const ranked = page.locator('tr:not([data-testid="lane-row"])');
      const row = ranked.filter({ has: page.locator(`a[href="/executors/${lower(executor)}"]`) }).last();
      await row.getByText(`${disputesLost} disputes lost`).waitFor();
    }
    await open(visit, `/executors/${lower(judged.executor)}`);
    await page.locator('[data-testid="danger"]', { hasText: "In jail" }).waitFor();
    await page.locator('[data-testid="why-verdict"][data-value="never"]').waitFor();
    await page.getByText("may ask to be let out now, with the minimum at stake").first().waitFor();
  }
  await page.setViewportSize(WIDE);
  await open(visit, "/validators?sort=audits");
  const auditor = audits.validator.address.toLowerCase();
  assert.ok((await page.locator('[data-testid="validator-row"]').first().innerHTML()).includes(auditor));
  await open(visit, `/validators/${auditor}`);
  await figure(page, "validator-audits", 2);
  await open(visit, "/validators?sort=juries");
  await page.locator('[data-testid="validator-row"] a').first().click();
  await page.locator('[data-testid="seat-row"] a[href^="/disputes/"]').first().click();
  await page.waitForURL("**/disputes/0x*");
}

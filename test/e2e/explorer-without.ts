import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import { NARROW } from "./explorer-quality.ts";

/*
 * The explorer where something is missing: code in the browser, a quick index, a sender of good will.
 */

const LISTS = [
  ["/", "settlement-row"],
  ["/settlements", "settlement-row"],
  ["/models", "model-row"],
  ["/executors", "executor-row"],
  ["/validators", "validator-row"],
] as const;

/** Without code every list has its rows, and the page that is all code says what to do instead. */
export async function checkWithoutCode(browser: Browser, baseUrl: string): Promise<void> {
  const context = await browser.newContext({ javaScriptEnabled: false, viewport: NARROW });
  try {
    const page = await context.newPage();
    for (const [path, row] of LISTS) {
      await page.goto(baseUrl + path);
      assert.ok(await page.locator(`[data-testid="${row}"]`).first().isVisible(), `${path} shows its rows.`);
    }
    await checkBadgeIsPart(page, baseUrl);
    await page.goto(`${baseUrl}/verify`);
    await page.locator('[data-testid="verify-without-code"]', { hasText: "lloom receipt verify FILE" }).waitFor();
    assert.equal(
      await page.getByRole("button", { name: "Check" }).isVisible(),
      false,
      "What cannot work is not there.",
    );
  } finally {
    await context.close();
  }
}

/**
 * The badge, and whatever it warns of, is part of the page as it is sent: what comes later moves what somebody reads. An index that a busy
 * machine keeps from answering in a third of a second is waited for no longer, so that a page is asked for again.
 */
async function checkBadgeIsPart(page: Page, baseUrl: string): Promise<void> {
  const badge = page.locator('header [data-testid="freshness"]');
  for (let tries = 0; tries < 20; tries += 1) {
    await page.goto(baseUrl);
    if (await badge.isVisible()) return;
  }
  assert.fail("The badge comes with the page.");
}

/** While a page is on its way, a click is seen to have had an effect. */
export async function checkPending(page: Page, baseUrl: string): Promise<void> {
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  await page.goto(`${baseUrl}/validators`);
  await page.locator('[data-testid="freshness"][data-ready="true"]').waitFor();
  await page.route("**/models**", async (route) => {
    await held;
    await route.continue();
  });
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Models" }).click();
  await page.locator('[data-testid="pending"][data-pending="true"]').waitFor({ state: "attached" });
  assert.match(page.url(), /validators$/);
  release();
  await page.waitForURL("**/models");
  await page.locator('[data-testid="pending"][data-pending="false"]').waitFor({ state: "attached" });
  await page.unroute("**/models**");
}

/** Every saved query of the API page is answered by the index that the page names. */
export async function checkSavedQueries(page: Page, baseUrl: string): Promise<void> {
  await page.goto(`${baseUrl}/api`);
  const address = await page.locator('[data-testid="api-address"]').innerText();
  const queries = await page.locator('[data-testid="saved-query"]').all();
  assert.equal(queries.length, 10);
  for (const saved of queries) {
    const query = await saved.locator("code").first().innerText();
    const variables = JSON.parse((await saved.getAttribute("data-variables")) ?? "{}");
    const response = await page.request.post(`${address}/graphql`, { data: { query, variables } });
    const { data, errors } = (await response.json()) as { readonly data?: object; readonly errors?: unknown };
    assert.equal(errors, undefined, query);
    assert.equal(Object.values(data ?? {}).includes(null), false, `${query} finds what it asks for.`);
  }
  const sql = { json: { sql: await page.locator('[data-testid="api-sql"]').innerText(), params: [], typings: [] } };
  const rows = await page.request.get(`${address}/sql/db?sql=${encodeURIComponent(JSON.stringify(sql))}`);
  assert.match(await rows.text(), /^\{"rows":\[\{"executor_address":/, "The query in SQL is answered.");
}

/** A page runs no code but the server's own, and what was searched for neither turns nor hides text. */
export async function checkForeignCode(page: Page, baseUrl: string): Promise<void> {
  const policies = await Promise.all(
    ["/", "/nowhere", "/verify"].map(async (path) =>
      (await fetch(baseUrl + path)).headers.get("content-security-policy"),
    ),
  );
  for (const policy of policies) {
    assert.match(policy ?? "", /script-src 'self' 'nonce-[\w+/]{22}==' 'strict-dynamic';/);
    assert.match(policy ?? "", /object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'$/);
  }
  assert.equal(new Set(policies).size, policies.length, "Every answer has a nonce of its own.");
  await page.goto(`${baseUrl}/search?q=${encodeURIComponent("abc\u202Edef")}`);
  await page.getByText("abc[U+202E]def", { exact: true }).waitFor();
  assert.match(await (await fetch(`${baseUrl}/robots.txt`)).text(), /Disallow: \/csv\//);
  assert.equal((await fetch(`${baseUrl}/manifest.webmanifest`)).status, 200);
}

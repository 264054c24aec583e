import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { openBrowser } from "../support/browser.ts";

/** What an observer's sheet of executors says, as far as pages show it. */
interface Told {
  readonly observer: string;
  readonly content: { readonly executors: readonly { readonly executor: string; readonly health: object | null }[] };
}

export interface ObservedExpectation {
  readonly explorerUrl: string;
  readonly observerUrl: string;
  readonly executors: number;
  /** Prices of the cheapest executor, in base units. */
  readonly cheapest: { readonly inboundPrice: bigint; readonly outboundPrice: bigint };
  readonly signal: AbortSignal;
}

/** Waits until the observer has called everybody once; returns who it is. */
async function awaitCalls({ observerUrl, executors, signal }: ObservedExpectation): Promise<string> {
  for (;;) {
    signal.throwIfAborted();
    const response = await fetch(`${observerUrl}/v1/executors`, { signal }).catch(() => undefined);
    const told = response?.ok === true ? ((await response.json()) as Told) : undefined;
    const called = told?.content.executors.filter(({ health }) => health !== null) ?? [];
    if (told !== undefined && called.length === executors) return told.observer;
    await delay(200);
  }
}

/** Prices now, latency and uptime are shown with who observed them, and lists are ordered by them. */
export async function checkObserved(expectation: ObservedExpectation): Promise<void> {
  const { explorerUrl, executors, cheapest } = expectation;
  const observer = await awaitCalls(expectation);
  await using running = await openBrowser();
  const page = await running.browser.newPage();
  const source = page.locator(`[data-testid="observed-by"][data-value="${observer}"]`).first();
  // An answer from before the last call is shown for some seconds more.
  const up = page.locator(`[data-testid="model-up"][data-value="${executors}"]`);
  await page.goto(explorerUrl);
  while (!(await up.isVisible())) {
    expectation.signal.throwIfAborted();
    await page.reload();
  }
  await source.waitFor();
  for (const price of Object.values(cheapest)) await page.locator(`[data-value="${price}"]`).first().waitFor();
  await page.goto(`${explorerUrl}/executors?sort=now&dir=asc`);
  await source.waitFor();
  const rows = page.getByTestId("executor-row");
  assert.equal(await rows.count(), executors, "Everybody who offers something is in the order by price now.");
  assert.ok(
    await rows.first().locator(`[data-value="${cheapest.inboundPrice}"]`).first().isVisible(),
    "The cheapest is first.",
  );
  await rows.first().getByRole("link").first().click();
  await page.getByTestId("uptime-strip").locator('[data-state="up"]').first().waitFor();
  await page.getByTestId("offer-row").getByRole("link").first().click();
  await page.getByTestId("model-name").waitFor();
  await source.waitFor();
  assert.equal(await page.getByTestId("offer-row").count(), executors, "All offers of the model are there.");
  await page.close();
}

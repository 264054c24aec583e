import type { Browser, Page } from "playwright-core";

/** In the page, by the script below. */
declare const lloomPaint: Paint;

/** What a visitor sees happen. */
export interface Paint {
  /** Largest contentful paint, milliseconds after the start. */
  readonly lcp: number;
  /** Cumulative layout shift until the page is at rest: all shifts without input, added up. */
  readonly cls: number;
}

/** A visitor's machine, as Lighthouse stages it. */
export interface Visitor {
  readonly name: "desktop" | "mobile";
  readonly viewport: { readonly width: number; readonly height: number };
  readonly scale: number;
  /** How many times slower than this one. */
  readonly slowdown: number;
  /** Round trip in milliseconds, and kilobits a second. */
  readonly network: { readonly latency: number; readonly kbps: number };
}

export const VISITORS: readonly Visitor[] = [
  {
    ...{ name: "desktop", viewport: { width: 1_350, height: 940 }, scale: 1, slowdown: 1 },
    network: { latency: 40, kbps: 10_240 },
  },
  {
    ...{ name: "mobile", viewport: { width: 412, height: 823 }, scale: 1.75, slowdown: 4 },
    network: { latency: 150, kbps: 1_638 },
  },
];

const WATCH = `globalThis.lloomPaint = { lcp: 0, cls: 0 };
new PerformanceObserver((list) => { for (const one of list.getEntries()) lloomPaint.lcp = one.startTime; })
  .observe({ type: "largest-contentful-paint", buffered: true });
new PerformanceObserver((list) => { for (const one of list.getEntries()) if (!one.hadRecentInput) lloomPaint.cls += one.value; })
  .observe({ type: "layout-shift", buffered: true });`;
/** Longer than the badge waits before it asks again: what a redraw moves counts. */
const REST_MS = 6_000;
const TIMEOUT_MS = 120_000;

/** Opens a page in a fresh browser context as such a visitor does. */
export async function paintOf(browser: Browser, url: string, visitor: Visitor): Promise<Paint> {
  const context = await browser.newContext({ viewport: visitor.viewport, deviceScaleFactor: visitor.scale });
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(TIMEOUT_MS);
    await slowDown(page, visitor);
    await page.addInitScript(WATCH);
    await page.goto(url, { waitUntil: "load" });
    await page.waitForTimeout(REST_MS);
    return await page.evaluate(() => lloomPaint);
  } finally {
    await context.close();
  }
}

async function slowDown(page: Page, { slowdown, network }: Visitor): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const bytes = (network.kbps * 1_000) / 8;
  const conditions = { offline: false, latency: network.latency, downloadThroughput: bytes, uploadThroughput: bytes };
  await session.send("Network.enable");
  await session.send("Network.emulateNetworkConditions", conditions);
  await session.send("Emulation.setCPUThrottlingRate", { rate: slowdown });
}

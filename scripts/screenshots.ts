// Pictures of a running explorer's pages, to be looked at: npm run screenshots -- http://127.0.0.1:3000 FOLDER
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { readFlags, refuse } from "../checkout/flags.ts";
import { openBrowser } from "../test/support/browser.ts";

const USAGE = `usage: npm run screenshots -- URL FOLDER [PATH …] [--widths 360,768,1280,1920]

Writes a picture of every page of the explorer at URL, light and dark, at every width; of pages with an address of their own, such
as an executor's, the first that a list links to. With paths, of those alone.`;

const WIDTHS = "360,768,1280,1920";
const SCHEMES = ["light", "dark"] as const;
const LISTS = ["settlements", "models", "executors", "clients", "validators", "disputes"];
const OTHERS = [
  "/",
  "/verify",
  "/playground",
  "/trust",
  "/method",
  "/api",
  "/analytics?q=earnings-by-operator",
  "/search?q=nothing",
];
const TIMEOUT_MS = 60_000;

const { values, positionals } = readFlags({
  usage: USAGE,
  config: { allowPositionals: true, options: { widths: { type: "string", default: WIDTHS } } },
});
const [base = "", folder = "", ...given] = positionals;
if (base === "" || folder === "") refuse("An address and a folder are needed.", USAGE);
mkdirSync(folder, { recursive: true });

/** Every list, and of each the first page that it links to. */
async function foundPaths(browser: Browser): Promise<string[]> {
  const page = await browser.newPage();
  const found = [...OTHERS];
  for (const list of LISTS) {
    await page.goto(`${base}/${list}`);
    found.push(`/${list}`);
    const first = page.locator(`main a[href^="/${list}/"]`).first();
    if ((await first.count()) > 0) found.push((await first.getAttribute("href")) ?? "/");
  }
  await page.close();
  return found;
}

const fileOf = (path: string): string =>
  path
    .replace(/^\//, "")
    .replace(/0x([0-9a-f]{6})[0-9a-f]+/g, "$1")
    .replace(/\W+/g, "-")
    .slice(0, 60) || "overview";

async function take(page: Page, path: string): Promise<void> {
  for (const width of values.widths.split(",").map(Number)) {
    await page.setViewportSize({ width, height: 900 });
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.screenshot({ path: join(folder, `${fileOf(path)}-${width}-${colorScheme}.png`), fullPage: true });
    }
  }
}

await using running = await openBrowser();
const page = await running.browser.newPage();
page.setDefaultTimeout(TIMEOUT_MS);
for (const path of given.length > 0 ? given : await foundPaths(running.browser)) {
  await page.goto(base + path);
  await page.locator('[data-testid="freshness"][data-ready="true"]').waitFor();
  await take(page, path);
  console.log(path);
}

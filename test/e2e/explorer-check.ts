import assert from "node:assert/strict";
import type { Address } from "@lloom/protocol/commitment-types";
import type { BrowserContext } from "playwright-core";
import { checkReadable } from "./explorer-quality.ts";

export interface CheckVisit {
  readonly context: BrowserContext;
  readonly baseUrl: string;
  readonly rpcUrl: string;
  readonly executor: Address;
}

/** A visitor's browser dials an executor, and computes its reputation again from the chain; an index that lies by one bit is caught. */
export async function checkOwnChecks({ context, baseUrl, rpcUrl, executor }: CheckVisit): Promise<void> {
  const page = await context.newPage();
  await page.goto(`${baseUrl}/executors/${executor}`);
  await page.locator('[data-testid="freshness"][data-ready="true"]').waitFor();
  await page.getByRole("link", { name: "Dial it from here" }).click();
  await page.waitForURL(`**/executors/${executor}/check`);
  await page.getByRole("button", { name: "Dial it from here" }).click();
  await page.locator('[data-testid="dial-verdict"][data-state="cleared"]').waitFor();
  const lines = await page.locator('[data-testid="receipt-line"]').allInnerTexts();
  assert.deepEqual(
    [
      /signed by 0x/,
      /WebSockets, at \/ip4\/127\.0\.0\.1\/tcp\/\d+\/ws/,
      /16Uiu2.*proven.*registered/,
      /\d+ ms/,
      /1 offer/,
    ].map((words, index) => words.test(lines[index] ?? "")),
    [true, true, true, true, true],
    lines.join("\n"),
  );
  await checkReadable(page, "an executor that was dialled");
  await page.getByLabel(/^Address of an RPC server/).fill(`${rpcUrl}/?key=of-mine`);
  await page.getByRole("button", { name: "Use this server" }).click();
  await page.waitForURL((url) => url.searchParams.get("rpc") === new URL(rpcUrl).origin);
  assert.doesNotMatch(page.url(), /of-mine/, "A key in the server's URL goes nowhere.");
  await page.getByRole("button", { name: "Recompute it" }).click();
  await page.locator('[data-testid="recompute"][data-state="agrees"]').waitFor();
  await checkReadable(page, "the check of an executor");
  await page.route("**/api/standings?**", async (route) => {
    const response = await route.fetch();
    const body = (await response.json()) as { readonly standings: readonly { readonly stake: string }[] };
    const [first, ...rest] = body.standings;
    const lie = { ...first, stake: String(BigInt(first?.stake ?? 0) ^ 1n) };
    await route.fulfill({ response, json: { standings: [lie, ...rest] } });
  });
  await page.getByRole("button", { name: "Recompute it" }).click();
  await page.locator('[data-testid="recompute"][data-state="differs"]', { hasText: "in stake" }).waitFor();
  await page.close();
}

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LONGEST_RECEIPT_FILE } from "@lloom/protocol/receipt-file";
import type { ReceiptData } from "@lloom/protocol/receipts";
import type { Page } from "playwright-core";
import { checkReadable } from "./explorer-quality.ts";

/** Files that are no receipts, with what is said of them. */
const HOSTILE: readonly (readonly [name: string, text: string | Buffer, words: RegExp])[] = [
  ["nothing", "", /the text is empty/],
  ["a picture", Buffer.from([0x89, 0x50, 0x4e, 0x47, 0xff, 0xfe]), /no text in UTF-8/],
  ["no JSON", "<script>document.title='owned'</script>", /not JSON/],
  ["a tower of brackets", "[".repeat(300_000), /no(t a)? receipt/i],
  [
    "fields of another kind",
    '{"version":2,"domain":{"__proto__":1},"request":{"model":"\u202e<b>x"}}',
    /version 2: domain/,
  ],
];

const states = (page: Page): Promise<Record<string, string>> =>
  page
    .locator('[data-testid="receipt-line"]')
    .evaluateAll((lines) =>
      Object.fromEntries(
        (lines as unknown as { getAttribute(name: string): string }[]).map((line) => [
          line.getAttribute("data-name"),
          line.getAttribute("data-state"),
        ]),
      ),
    );

const settled = (page: Page, state: string) =>
  page.locator(`[data-testid="receipt-line"][data-name="settlement"][data-state="${state}"]`);

async function paste(page: Page, text: string): Promise<void> {
  await page.getByLabel("Or paste its JSON").fill(text);
  await page.getByRole("button", { name: "Check" }).click();
}

const choose = (page: Page, text: string | Buffer) =>
  page
    .locator('[data-testid="receipt-file"]')
    .setInputFiles({ name: "receipt.json", mimeType: "application/json", buffer: Buffer.from(text) });

/** One byte more than a file may have, which takes no room on the disk. */
async function checkTooLarge(page: Page): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "lloom-large-receipt-"));
  try {
    const path = join(directory, "large.json");
    writeFileSync(path, "");
    truncateSync(path, LONGEST_RECEIPT_FILE + 1);
    await page.locator('[data-testid="receipt-file"]').setInputFiles(path);
    await page.locator('[data-testid="receipt-refused"]', { hasText: "more than 32 MiB" }).waitFor();
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function checkHostile(page: Page): Promise<void> {
  await checkTooLarge(page);
  for (const [name, text, words] of HOSTILE) {
    await choose(page, text);
    await page.locator('[data-testid="receipt-refused"]', { hasText: words }).waitFor();
    assert.equal(await page.locator('[data-testid="receipt-line"]').count(), 0, name);
    assert.doesNotMatch(await page.locator("main").innerText(), /\u202e/, "What turns text is not obeyed.");
  }
  assert.match(await page.title(), /^Verify a receipt/);
}

const RIGHT = { client: "right", executor: "right", link: "right", terms: "right", lane: "right" };
const SILENT = { prompt: "open", answer: "open" };

/** A receipt is checked on the page as by `lloom receipt verify`: an honest one, altered ones, offline, and what is none. */
export async function checkVerifying(page: Page, data: ReceiptData, settlementPath: string): Promise<void> {
  await paste(page, JSON.stringify(data));
  await settled(page, "right").locator(`a[href="${settlementPath}"]`).waitFor();
  assert.deepEqual(await states(page), { ...RIGHT, ...SILENT, settlement: "right" });
  await page
    .locator('[data-testid="receipt-verdict"]', { hasText: "The receipt is right, and it was settled." })
    .waitFor();
  await checkReadable(page, "a right receipt");
  const response = { ...data.response, outboundTokens: String(BigInt(data.response.outboundTokens) + 1n) };
  await choose(page, JSON.stringify({ ...data, response }));
  await settled(page, "wrong").waitFor();
  assert.deepEqual(await states(page), {
    ...{ ...RIGHT, executor: "wrong", terms: "wrong", lane: "wrong" },
    ...{ ...SILENT, settlement: "wrong" },
  });
  await checkReadable(page, "a wrong receipt");
  await page.context().setOffline(true);
  await choose(page, JSON.stringify(data));
  await settled(page, "open").getByText("the index cannot be asked").waitFor();
  assert.deepEqual(await states(page), { ...RIGHT, ...SILENT, settlement: "open" });
  await checkHostile(page);
  await page.context().setOffline(false);
  await paste(page, JSON.stringify(data));
  await settled(page, "right").waitFor();
}

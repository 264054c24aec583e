import assert from "node:assert/strict";
import { checkCard } from "./explorer-cards.ts";
import { open, type Visit } from "./explorer-dispute-page.ts";
import type { PageDocument } from "./explorer-dom.ts";
import { checkReadable } from "./explorer-quality.ts";
import type { StagedDisputes } from "./staged-disputes.ts";

declare const document: PageDocument;

/** Tab presses after which a link must have been reached. */
const MOST_TABS = 60;

/** Pages about disputes and who takes part: of each kind and state one. */
export async function disputePaths({ page, baseUrl }: Visit, staged: StagedDisputes): Promise<string[]> {
  const csv = await (await page.request.get(`${baseUrl}/csv/disputes?state=fault`)).text();
  const [, ...rows] = csv.trim().split("\r\n");
  const faults = new Map(
    rows.map((row) => {
      const [id, , kind, state] = row.split(",");
      return [`${kind} ${state}`, `/disputes/${id}`];
    }),
  );
  return [
    "/disputes",
    "/disputes?kind=counts",
    ...[staged.unanswered, staged.voting, ...staged.deliveries.values()].map((id) => `/disputes/${id}`),
    ...faults.values(),
    `/executors/${staged.executor.address.toLowerCase()}`,
    `/executors/${staged.executor.address.toLowerCase()}?tab=audits`,
    `/executors/${staged.judged.executor.address.toLowerCase()}?tab=stake`,
    `/clients/${staged.client.address.toLowerCase()}`,
    `/address/${staged.executor.address.toLowerCase()}`,
    `/address/${staged.market.accounting.address.toLowerCase()}`,
    `/blocks/${await staged.market.connection.ethers.provider.getBlockNumber()}`,
    "/validators",
    `/validators/${staged.audits.validator.address.toLowerCase()}`,
  ];
}

/** By tabulator and return alone: from the top of the page to the open ones. */
async function checkKeyboard(visit: Visit): Promise<void> {
  const { page } = visit;
  await open(visit, "/disputes");
  for (let tabs = 0; tabs < MOST_TABS; tabs++) {
    await page.keyboard.press("Tab");
    const href = await page.evaluate(() => document.activeElement?.getAttribute("href"));
    if (href !== "/disputes?state=open") continue;
    await page.keyboard.press("Enter");
    await page.waitForURL(/state=open/);
    await page.locator('[aria-current="true"]', { hasText: "Open" }).waitFor();
    return;
  }
  assert.fail("The filter is reached by keyboard.");
}

/** Every page is readable, light and dark, wide and narrow, and the way to the open ones goes by keyboard. */
export async function checkDisputePages(visit: Visit, staged: StagedDisputes): Promise<void> {
  const { page } = visit;
  await checkCard(visit.baseUrl, `/disputes/${staged.unanswered}`);
  for (const path of await disputePaths(visit, staged)) {
    await open(visit, path);
    await checkReadable(page, path);
  }
  await checkKeyboard(visit);
}

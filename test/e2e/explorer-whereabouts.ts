import assert from "node:assert/strict";
import { open, type Visit } from "./explorer-dispute-page.ts";
import type { StagedDisputes } from "./staged-disputes.ts";

const lower = ({ address }: { readonly address: string }): string => address.toLowerCase();

/** What an address is, what a block holds and what a transaction did, found by the search and from each other; and feeds of them. */
export async function checkWhereabouts(visit: Visit, staged: StagedDisputes): Promise<void> {
  const { page, baseUrl } = visit;
  const { market, client, executor } = staged;
  const search = async (text: string): Promise<void> => {
    await page.keyboard.press("/");
    await page.locator("#search").fill(text);
    await page.keyboard.press("Enter");
  };
  await open(visit, `/address/${lower(client)}`);
  await page.getByRole("navigation", { name: "Parts of this page" }).getByRole("link", { name: "Client" }).waitFor();
  const deposited = page.locator('[data-testid="movement-row"]', { hasText: "Deposited" });
  assert.match(await deposited.innerText(), /1,000\.00/);
  await deposited.locator('a[href^="/tx/"]').click();
  await page.waitForURL("**/tx/*");
  await page.locator('[data-testid="movement-row"]', { hasText: "Deposited" }).waitFor();
  const block = ((await page.locator('[data-testid="tx-block"]').getAttribute("href")) ?? "").split("/").at(-1) ?? "";
  await search(block);
  await page.waitForURL(`**/blocks/${block}`);
  await page.locator('[data-testid="movement-row"]', { hasText: "Deposited" }).waitFor();
  await page.locator('a[rel="next"]').click();
  await page.waitForURL(`**/blocks/${Number(block) + 1}`);
  await search(market.stakeRegistry.address);
  await page.waitForURL(`**/address/${market.stakeRegistry.address.toLowerCase()}`);
  await page.locator('[data-testid="address-contract"]', { hasText: "StakeRegistry, which holds stake" }).waitFor();
  await open(visit, `/clients/${lower(client)}`);
  await page.locator('[data-testid="lane-row"]').first().waitFor();
  await open(visit, `/executors/${lower(executor)}`);
  const feed = await page
    .locator('head link[type="application/atom+xml"], link[type="application/atom+xml"]')
    .first()
    .getAttribute("href");
  const [own, all] = await Promise.all([feed ?? "", "/feeds/disputes"].map((path) => page.request.get(baseUrl + path)));
  const counted = async (answer: typeof own, name: string) =>
    ((await answer?.text()) ?? "").split(`<${name}>`).length - 1;
  assert.match(own?.headers()["content-type"] ?? "", /^application\/atom\+xml/);
  assert.ok((await counted(own, "entry")) > staged.deliveries.size, "Its settlements and disputes are there.");
  assert.equal(await counted(all, "entry"), staged.deliveries.size + 6 + 3, "Every dispute is there.");
}

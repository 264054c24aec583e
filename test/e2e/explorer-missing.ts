import assert from "node:assert/strict";
import { openBrowser } from "../support/browser.ts";
import { checkReadable, NARROW } from "./explorer-quality.ts";

const TIMEOUT_MS = 30_000;
const ADDRESS = `0x${"12".repeat(20)}`;
const HASH = `0x${"12".repeat(32)}`;

/** Of each kind of page one whose address is malformed, and one that is well-formed but known to nobody. */
const MISSING = [
  ["/executors/xyz", "No executor with this address"],
  [`/executors/${ADDRESS}`, "No executor with this address"],
  ["/clients/xyz", "No client with this address"],
  [`/clients/${ADDRESS}`, "No client with this address"],
  ["/validators/xyz", "No validator with this address"],
  [`/validators/${ADDRESS}`, "No validator with this address"],
  ["/settlements/zzz", "No settlement with this id"],
  [`/settlements/${HASH}`, "No settlement with this id"],
  ["/disputes/0x12", "No dispute with this id"],
  [`/disputes/${HASH}`, "No dispute with this id"],
  ["/address/xyz", "Nobody here has this address"],
  [`/address/${ADDRESS}`, "Nobody here has this address"],
  ["/blocks/-1", "The index has no such block"],
  ["/blocks/999999999999", "The index has no such block"],
  ["/tx/0x12", "This transaction did nothing here"],
  [`/tx/${HASH}`, "This transaction did nothing here"],
] as const;

/** Lists take from the address bar what they know, and pass over the rest. */
const GARBAGE = [
  "/executors?sort=%zz&after=xx&dir=sideways&sort=stake",
  "/settlements?executor=zz&client[]=1&after=%00&before=e30=",
  "/clients?sort=paid&after=eyJqc29uIjp7InBhaWQiOiJ4In19",
  "/validators?sort=__proto__&after=eyJqc29uIjp7InN0YWtlIjpbXX19",
  "/disputes?kind=__proto__&state=OPEN&sort=place&executor=0x&after=e30=",
  "/?after=1",
  "/account?do=__proto__&address=0x&settlement=%00&amount=1&amount=2",
];

/** Addresses whose percent signs encode no text. */
const UNREADABLE = ["/settlements/%E0%A4%A", "/%zz"];

/** Programs learn from the status that a page is missing, people from the page what was looked for. */
export async function checkMissing(baseUrl: string): Promise<void> {
  for (const [path] of MISSING) assert.equal((await fetch(baseUrl + path)).status, 404, path);
  for (const path of UNREADABLE) {
    const response = await fetch(baseUrl + path);
    assert.equal(response.status, 400, path);
    assert.match(await response.text(), /^This address cannot be read/, path);
  }
  await using running = await openBrowser();
  const context = await running.browser.newContext({ viewport: NARROW, locale: "en-US" });
  context.setDefaultTimeout(TIMEOUT_MS);
  const page = await context.newPage();
  for (const [path, title] of MISSING) {
    await page.goto(baseUrl + path);
    const panel = page.locator('[data-testid="not-found"]');
    await panel.getByRole("heading", { name: title }).waitFor();
    await panel.getByText(path.split("/").at(-1) ?? "", { exact: true }).waitFor();
  }
  await checkReadable(page, "a missing page");
}

/** A view whose address was garbled is a view still. */
export async function checkGarbage(baseUrl: string): Promise<void> {
  for (const path of GARBAGE) {
    const response = await fetch(baseUrl + path);
    assert.equal(response.status, 200, path);
    const complaint = /data-testid="(?:problem|page-error|not-found)"[^>]*/.exec(await response.text())?.[0];
    assert.equal(complaint, undefined, path);
  }
}

/** An explorer that cannot ask does not say that something is missing: it says why it does not know. */
export async function checkUnanswered(baseUrl: string): Promise<void> {
  for (const path of [
    `/executors/${ADDRESS}`,
    "/settlements/123456",
    `/tx/${HASH}`,
    `/disputes/${HASH}`,
    "/disputes",
    "/executors",
  ]) {
    const response = await fetch(baseUrl + path);
    assert.equal(response.status, 503, path);
    assert.match(response.headers.get("retry-after") ?? "", /^\d+$/, path);
    const page = await response.text();
    const problem = /data-testid="problem" data-code="(\w+)"/.exec(page)?.[1];
    assert.equal(problem, "INDEXER_UNREACHABLE", path);
    assert.doesNotMatch(page, /127\.0\.0\.1|LLOOM_|ECONNREFUSED/, `${path} tells visitors nothing of the inside.`);
  }
  for (const path of ["/verify", "/trust", "/method", "/api"])
    assert.equal((await fetch(baseUrl + path)).status, 200, `${path} needs no index.`);
}

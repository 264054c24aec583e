import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { Address } from "@lloom/protocol/commitment-types";
import type { BrowserContext, Page } from "playwright-core";
import type { Devnet } from "../../devnet/src/devnet.ts";
import { allocate, deposit, faucet } from "../../node/src/chain/account/actions.ts";
import { authorizeSignerCall } from "../../node/src/chain/account/session-signers.ts";
import { type Chain, openChain } from "../../node/src/chain/chain.ts";
import { readPossession } from "../../node/src/commands/signed/possession-file.ts";
import { createLog } from "../../node/src/log.ts";
import type { Identity } from "../../node/src/wallet/identity.ts";
import type { PageDocument, PageElement } from "./explorer-dom.ts";
import { checkReadable } from "./explorer-quality.ts";

declare const document: PageDocument;
declare class MutationObserver {
  constructor(changed: () => void);
  observe(target: PageDocument | PageElement, what: object): void;
  disconnect(): void;
}

/** Base units of a whole token. */
const TOKEN = 1_000_000n;
const QUESTION = "What does the shuttle say to the loom at night?";
/** The shipped model goes on with it until its context is full: 483 tokens. */
const ENDLESS = "a a a a a a a a a a a a a a";
const ENDLESS_CHARACTERS = 960;
/** Words that are in the code of libp2p, and in no page's own. */
const LIBP2P = "/noise";

export interface PlaygroundVisit {
  readonly context: BrowserContext;
  readonly baseUrl: string;
  readonly devnet: Pick<Devnet, "rpcUrl" | "deployment" | "gatewayUrl">;
  /** An account with ether that no part of the network uses. */
  readonly payer: Identity;
  /** Whose channel it fills. */
  readonly executor: Address;
  readonly timeoutMs?: number;
}

/** All code that a page loads until it takes key presses. */
async function codeOf(page: Page, url: string): Promise<readonly string[]> {
  const bodies: Promise<string>[] = [];
  const collect = (response: { url(): string; text(): Promise<string> }): void => {
    if (/\.js(\?|$)/.test(response.url())) bodies.push(response.text().catch(() => ""));
  };
  page.on("response", collect);
  await page.goto(url);
  await page.locator('[data-testid="freshness"][data-ready="true"]').waitFor();
  page.off("response", collect);
  return Promise.all(bodies);
}

async function openPayer({ devnet: { rpcUrl, deployment }, payer }: PlaygroundVisit): Promise<Chain> {
  const { signal } = new AbortController();
  const log = createLog({ level: "silent", name: "payer" });
  return openChain({ rpcUrl, accounting: deployment.accounting, identity: payer, signal, log });
}

/** The account authorises the page's key by the file that the page gives, and fills a channel. */
async function authorise(page: Page, chain: Chain, executor: Address): Promise<void> {
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save the proof" }).click();
  const path = await (await download).path();
  assert.doesNotMatch(readFileSync(path, "utf8"), /secret/);
  const { authorization, possession } = readPossession(path);
  await faucet(chain);
  await deposit(chain, 2n * TOKEN);
  await allocate(chain, executor, TOKEN);
  await chain.sender?.send(authorizeSignerCall(chain, authorization, possession));
}

const turn = (page: Page, index: number) => page.locator('[data-testid="turn"]').nth(index);

async function ask(page: Page, text: string): Promise<void> {
  await page.getByLabel(/^Your question/).fill(text);
  await page.getByRole("button", { name: "Ask", exact: true }).click();
}

/** What a page sent to the explorer's own server holds none of this. */
function watchServer(page: Page, baseUrl: string, words: readonly string[]): readonly string[] {
  const leaks: string[] = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(baseUrl)) return;
    const said = decodeURIComponent(request.url()) + (request.postData() ?? "");
    leaks.push(...words.filter((word) => said.includes(word)));
  });
  return leaks;
}

/**
 * A visitor makes a key, has it authorised, and pays for an answer: streamed, its receipt right, settled on chain; stops another one, and
 * goes through a gateway. Nothing of it reaches the explorer's server.
 */
export async function checkPlayground(visit: PlaygroundVisit): Promise<void> {
  const { context, baseUrl, executor, payer } = visit;
  const page = await context.newPage();
  const leaks = watchServer(page, baseUrl, [QUESTION, "shuttle"]);
  for (const code of await codeOf(page, `${baseUrl}/verify`))
    assert.equal(code.includes(LIBP2P), false, "Other pages load no libp2p.");
  const libp2p = page.waitForResponse(
    async (response) => response.url().endsWith(".js") && (await response.text().catch(() => "")).includes(LIBP2P),
  );
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Playground" }).click();
  await page.waitForURL("**/playground");
  await page.locator('[data-testid="hurdle"]', { hasText: "Make a session key first." }).waitFor();
  await page.locator('[data-testid="market"][data-state="open"]').waitFor();
  await libp2p;
  await checkReadable(page, "the playground without a key");
  await page.getByRole("button", { name: "Make a session key" }).click();
  const chain = await openPayer(visit);
  try {
    await page.getByLabel("1. Account whose channels pay").fill(payer.address);
    await page.getByRole("button", { name: "Pay by it" }).click();
    await page.locator('[data-testid="authorisation"][data-state="waiting"]').waitFor();
    await checkReadable(page, "the playground with a key that nobody authorised");
    await authorise(page, chain, executor);
    await page.locator('[data-testid="authorisation"][data-state="authorised"]').getByText("in 1 channel").waitFor();
    await page.locator('[data-testid="market"][data-state="open"]').waitFor();
    await checkDirect(page);
    await checkSettled(context, baseUrl, payer.address);
    await checkGateway(page, visit);
    assert.deepEqual(leaks, [], "The explorer's server hears nothing of a conversation.");
  } finally {
    await chain[Symbol.asyncDispose]();
    await page.close();
  }
}

async function checkDirect(page: Page): Promise<void> {
  await ask(page, QUESTION);
  await page
    .locator('[data-testid="turn"][data-state="done"] [data-testid="turn-receipt"][data-state="right"]')
    .waitFor();
  assert.notEqual(await turn(page, 0).locator('[data-testid="turn-text"]').innerText(), "");
  await page.locator('[data-testid="spent"]:not([data-value="0"])').waitFor();
  await turn(page, 0).getByRole("button", { name: "Show the lines" }).click();
  await turn(page, 0).locator('[data-testid="receipt-line"][data-name="answer"][data-state="right"]').waitFor();
  await checkReadable(page, "the playground with answers");
  await page.getByRole("button", { name: "Clear the conversation" }).click();
  await checkStop(page);
  await page.getByRole("button", { name: "Clear the conversation" }).click();
  assert.equal(await page.locator('[data-testid="turn"]').count(), 0);
}

/** Runs in the browser: clicks Stop in the very turn of the event loop in which the first words of the running answer appear. */
function stopAtFirstWords(): void {
  const stop = [...document.querySelectorAll("button")].find(({ innerText }) => innerText === "Stop");
  const observer = new MutationObserver(() => {
    if (document.querySelector('[data-testid="turn"][data-state="asking"] [data-testid="turn-text"]') === null) return;
    observer.disconnect();
    stop?.click();
  });
  observer.observe(document, { subtree: true, childList: true, characterData: true });
}

/** An answer that would fill the model's context is cut, and its receipt says so; a second click on Stop, too late, asks nothing. */
async function checkStop(page: Page): Promise<void> {
  await page.getByLabel("Most tokens").fill("1024");
  await page.evaluate(stopAtFirstWords);
  await ask(page, ENDLESS);
  await page.getByLabel(/^Your question/).fill(QUESTION);
  await page
    .locator('[data-testid="turn"][data-state="stopped"] [data-testid="turn-receipt"][data-state="right"]')
    .waitFor();
  const said = await turn(page, 0).locator('[data-testid="turn-text"]').innerText();
  assert.ok(
    said.length > 0 && said.length < ENDLESS_CHARACTERS,
    `The answer was cut, after ${said.length} characters.`,
  );
  await page.getByRole("button", { name: "Stop", exact: true }).click({ force: true });
  assert.equal(
    await page.getByLabel(/^Your question/).inputValue(),
    QUESTION,
    "A click that comes too late asks nothing.",
  );
  assert.equal(await page.locator('[data-testid="turn"]').count(), 1);
  assert.equal(await page.locator('[data-testid="trouble"]').count(), 0);
}

/** What was paid there stands in the explorer like everybody's. */
async function checkSettled(context: BrowserContext, baseUrl: string, principal: Address): Promise<void> {
  const page = await context.newPage();
  await page.goto(`${baseUrl}/settlements?client=${principal}`);
  await page.locator('[data-testid="settlement-row"]').first().waitFor();
  await page.close();
}

/** The devnet's gateway lets no page in: the test stands between, under another name, and says that it does. */
async function checkGateway(page: Page, { baseUrl, devnet }: PlaygroundVisit): Promise<void> {
  const named = "http://gateway.example:8080";
  const cors = { "access-control-allow-origin": baseUrl, "access-control-allow-headers": "*" };
  await page.context().route(`${named}/**`, async (route) => {
    if (route.request().method() === "OPTIONS") return route.fulfill({ status: 204, headers: cors });
    const response = await route.fetch({ url: route.request().url().replace(named, devnet.gatewayUrl) });
    return route.fulfill({ response, headers: { ...response.headers(), ...cors } });
  });
  await page.getByLabel("Through a gateway").check();
  await page.getByLabel("Address of the gateway").fill(`${named}/v1/`);
  await page.getByRole("button", { name: "Use this gateway" }).click();
  await page.waitForURL((url) => url.searchParams.get("gateway") === named);
  await page.locator('[data-testid="market"]', { hasText: `Through ${named}: 1 model.` }).waitFor();
  await ask(page, QUESTION);
  await page
    .locator('[data-testid="turn"][data-state="done"] [data-testid="turn-receipt"][data-state="right"]')
    .waitFor();
  await checkReadable(page, "the playground through a gateway");
}

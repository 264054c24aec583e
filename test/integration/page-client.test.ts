// A browser pays for answers: the page's own client, and the documented program of it, in a real Chromium, against a real executor
// and a real chain.
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Hex } from "@lloom/protocol/commitment-types";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import { bytesToHex } from "@lloom/protocol/hex";
import { verifyReceipt } from "@lloom/protocol/receipts";
import { recoverAddress } from "@lloom/protocol/signatures";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type * as PageModule from "../../browser/src/page-client.ts";
import { allocate, deposit, faucet } from "../../node/src/chain/account/actions.ts";
import { authorizeSignerCall } from "../../node/src/chain/account/session-signers.ts";
import { readPossession } from "../../node/src/commands/signed/possession-file.ts";
import { secretPeer } from "../../node/src/p2p/host/secret-peer.ts";
import { type Identity, identityFromSecret } from "../../node/src/wallet/identity.ts";
import { openBrowser, type TestBrowser } from "../support/browser.ts";
import { documentedPrograms } from "../support/documented.ts";
import { type ServedBundle, serveBundle } from "../support/page-bundle.ts";
import { MODEL, type Script, says, saysThenHangs, scriptedBackend } from "./roles/scripted-backend.ts";
import { DOLLAR, type Member, type Seller, until, World } from "./roles/world.ts";

const PIECES = ["The ", "loom ", "weaves ", "in ", "a ", "page."];
const MESSAGES = [{ role: "user" as const, content: "What does the loom do?" }];
/** The browser keeps loopback out of WebRTC unless it is told that this is a test. */
const LOOPBACK_TOO = "--allow-loopback-in-peer-connection";

const stack = new AsyncDisposableStack();
/** The rest of an answer comes only once the page has shown its beginning. */
let shown = Promise.withResolvers<void>();
let world: World;
let seller: Seller;
let principal: Member;
let session: Identity;
let browser: TestBrowser;
let bundle: ServedBundle;

beforeAll(async () => {
  world = stack.use(await World.start());
  seller = await world.seller({
    backend: scriptedBackend(streamed),
    listen: ["/ip4/127.0.0.1/tcp/0/ws", "/ip4/127.0.0.1/udp/0/webrtc-direct"],
  });
  principal = await world.join(await world.nextIdentity());
  await faucet(principal.chain);
  await deposit(principal.chain, 10n * DOLLAR);
  await allocate(principal.chain, seller.identity.address, DOLLAR);
  session = identityFromSecret(randomBytes(32));
  const documented = documentedPrograms("docs/library.md").get("page.ts");
  bundle = stack.use(await serveBundle(`${documented}\nexport { PageClient };`));
  browser = stack.use(await openBrowser([LOOPBACK_TOO]));
});
afterAll(() => stack.disposeAsync());

const streamed: Script = async function* (completion, signal) {
  if (completion.messages.at(-1)?.content === "Hang.") return yield* saysThenHangs("The ")(completion, signal);
  for await (const event of says(...PIECES)(completion, signal)) {
    yield event;
    await shown.promise;
  }
};

/** The wallet adds the session key by the proof that the documented program makes, as `lloom signer add` does. */
async function authorize({ chain }: Member, proof: string): Promise<void> {
  const file = join(await world.dataDir(), "proof.json");
  writeFileSync(file, proof);
  const { domain, authorization, possession } = readPossession(file);
  expect({ domain, signer: authorization.signer }).toEqual({ domain: chain.domain, signer: session.address });
  await chain.sender?.send(authorizeSignerCall(chain, authorization, possession));
}

/** What the documented program exports, as far as it is used here. */
interface Documented {
  openSession(storage: unknown): unknown;
  proofOf(session: unknown, network: unknown): string;
  ask(network: unknown, session: unknown, model: string, content: string): AsyncIterable<PageModule.PageEvent>;
}
/** Of the page. */
declare const localStorage: { setItem(name: string, value: string): void };

type End = Extract<PageModule.PageEvent, { type: "end" }>;
interface Heard {
  readonly texts: readonly string[];
  readonly end: End;
}

/** What a page with this key hears, one answer after the other. */
async function askInPage(addresses: readonly string[], questions = 1, messages = MESSAGES): Promise<Heard[]> {
  const page: Page = await browser.browser.newPage();
  const failures: string[] = [];
  page.on("pageerror", (error) => failures.push(String(error)));
  shown = Promise.withResolvers();
  await page.exposeFunction("show", () => shown.resolve());
  await page.goto(bundle.url);
  const { chainId, accounting } = principal.chain.domain;
  const told = await page.evaluate(
    async (given) => {
      const { PageClient } = (globalThis as unknown as { bundle: typeof PageModule }).bundle;
      const secret = Uint8Array.from(given.secret);
      const domain = { chainId: BigInt(given.chainId), accounting: given.accounting };
      const client = await PageClient.start({ domain, principal: given.principal, secret });
      const heard: { texts: string[]; end?: unknown }[] = [];
      for (let count = 0; count < given.questions; count += 1) {
        const [offer] = await client.offers(given.addresses, { model: given.model });
        if (offer === undefined) throw new Error("nobody offers the model");
        const sampling = { temperatureMilli: 0, topPMilli: 1000, topK: 0, stop: [], responseFormat: "text" as const };
        const question = { messages: given.messages, sampling, maxOutboundTokens: 64 };
        const one: { texts: string[]; end?: unknown } = { texts: [] };
        const stop = new AbortController();
        for await (const event of client.ask(offer, question, stop.signal)) {
          if (event.type === "text" && given.messages[0]?.content === "Hang.") stop.abort();
          if (event.type === "text") one.texts.push(event.text);
          if (event.type === "text") (globalThis as unknown as { show(): void }).show();
          if (event.type === "end") one.end = event;
        }
        heard.push(one);
      }
      await client.close();
      return JSON.stringify(heard, (_, value) => (typeof value === "bigint" ? `${value}n` : value));
    },
    {
      ...{ secret: [...session.secret], chainId: String(chainId), accounting, principal: principal.identity.address },
      ...{ addresses: [...addresses], questions, model: MODEL, messages },
    },
  );
  await page.close();
  expect(failures).toEqual([]);
  return JSON.parse(told, revived);
}

const revived = (_: string, value: unknown): unknown =>
  typeof value === "string" && /^\d+n$/.test(value) ? BigInt(value.slice(0, -1)) : value;

function check({ texts, end }: Heard): void {
  const text = texts.join("");
  expect(text).toBe(PIECES.join(""));
  const hasher = createCommitmentHasher(principal.chain.domain);
  const opened = {
    prompt: { salt: end.salts.prompt as Hex, messages: MESSAGES },
    answer: { salt: end.salts.answer as Hex, text },
  };
  const isSessionSigner = (signer: string, of: string): boolean =>
    signer === session.address && of === principal.identity.address;
  const checks = { hasher, recover: recoverAddress, isSessionSigner };
  expect(verifyReceipt(checks, end.receipt, opened)).toEqual({
    ...{ requestHash: end.requestHash, responseHash: end.responseHash, cost: end.cost },
  });
  expect(end.receipt.request.client).toBe(principal.identity.address);
  expect(recoverAddress(end.requestHash, end.receipt.clientSignature)).toBe(session.address);
}

const addressesOf = (kind: RegExp): string[] => seller.host.multiaddrs().filter((address) => kind.test(address));

describe("a page with a session key", () => {
  it("proves the key, and pays for an answer, by the documented program", async () => {
    const page = await browser.browser.newPage();
    await page.goto(bundle.url);
    const { chainId, accounting } = principal.chain.domain;
    const given = {
      ...{ secret: bytesToHex(session.secret), chainId: String(chainId), accounting, model: MODEL },
      ...{
        principal: principal.identity.address,
        validators: addressesOf(/\/ws\//),
        content: MESSAGES[0]?.content ?? "",
      },
    };
    const proof = await page.evaluate((given) => {
      const { openSession, proofOf } = (globalThis as unknown as { bundle: Documented }).bundle;
      localStorage.setItem("session", given.secret);
      const domain = { chainId: BigInt(given.chainId), accounting: given.accounting };
      return proofOf(openSession(localStorage), { ...given, domain });
    }, given);
    await authorize(principal, proof);
    shown.resolve();
    const told = await page.evaluate(async (given) => {
      const { ask, openSession } = (globalThis as unknown as { bundle: Documented }).bundle;
      const domain = { chainId: BigInt(given.chainId), accounting: given.accounting };
      const heard: { texts: string[]; end?: unknown } = { texts: [] };
      for await (const event of ask({ ...given, domain }, openSession(localStorage), given.model, given.content))
        if (event.type === "text") heard.texts.push(event.text);
        else if (event.type === "end") heard.end = event;
      return JSON.stringify(heard, (_, value) => (typeof value === "bigint" ? `${value}n` : value));
    }, given);
    await page.close();
    check(JSON.parse(told, revived));
  });

  it.each([
    ["WebSockets", /\/ws\//],
    ["WebRTC-direct", /\/webrtc-direct\//],
  ])("gets a paid, streamed answer over %s, and goes on in the same lane", async (_, kind) => {
    const addresses = addressesOf(kind);
    expect(addresses).toHaveLength(1);
    const heard = await askInPage(addresses, 2);
    for (const one of heard) check(one);
    expect(heard[0]?.texts[0]).toBe(PIECES[0]);
    const [first, second] = heard.map(({ end }) => end.receipt);
    expect(second?.request).toMatchObject({
      ...{ lane: first?.request.lane, nonce: 2n, prevResponseHash: heard[0]?.end.responseHash },
    });
    // The executor owes nothing for it that the chain would not pay: both signatures are in its log.
    const { owed } = seller.executor.status();
    expect(owed).toBeGreaterThanOrEqual(heard.reduce((sum, { end }) => sum + end.cost, 0n));
    const peer = secretPeer(session.secret);
    await until("the page has left", () => !seller.host.connected().includes(peer));
  });

  it("stops an answer, which ends with what there was, and costs no more", async () => {
    const [heard] = await askInPage(addressesOf(/\/ws\//), 1, [{ role: "user", content: "Hang." }]);
    expect(heard?.texts).toEqual(["The "]);
    expect(heard?.end.receipt.response).toMatchObject({ requestHash: heard?.end.requestHash, outboundTokens: 1n });
  });
});

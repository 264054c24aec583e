/** A node that shares no code with this one, written from docs/protocol.md alone, buys and sells. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Contract, hexlify, JsonRpcProvider, Wallet } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readLane } from "../../../node/src/chain/reads.ts";
import {
  acknowledge,
  type BuyerParts,
  buy,
  newLane,
  offersOf,
  openLine,
  type Wanted,
} from "../../support/foreign-host/buyer.ts";
import { Money } from "../../support/foreign-host/money.ts";
import { startPeer } from "../../support/foreign-host/peer.ts";
import { openSeller } from "../../support/foreign-host/seller.ts";
import { says, saysThenHangs, scriptedBackend } from "./scripted-backend.ts";
import { askAll, DOLLAR, PRICE, question, soon, until, World } from "./world.ts";

const HOST = join(import.meta.dirname, "../../support/foreign-host");
const ALLOWED = /^(\.\/|node:|ethers$|cbor2$|libp2p$|@libp2p\/|@chainsafe\/libp2p-|@multiformats\/multiaddr$)/;

const wanted = (content: string): Wanted => ({
  turns: [{ role: "user", content }],
  drawing: { temperatureMilli: 0, topPMilli: 1000, topK: 0, stop: [], responseFormat: "text" },
  maxOutboundTokens: 32n,
});

let world: World;
beforeAll(async () => {
  world = await World.start();
});
afterAll(() => world[Symbol.asyncDispose]());

/** A key with ether and test tokens, and its peer. */
async function joinAsStranger(listen: readonly string[] = []) {
  const { secret } = await world.nextIdentity();
  const wallet = new Wallet(hexlify(secret), new JsonRpcProvider(world.chain.rpcUrl, undefined, { cacheTimeout: -1 }));
  const network = { chainId: 31337n, accounting: world.deployment.accounting };
  const money = new Money(wallet, network);
  const token = new Contract(await money.token(), ["function faucet()"], wallet);
  await (await token.getFunction("faucet").send()).wait();
  return { wallet, network, money, peer: await startPeer(wallet, listen) };
}

describe("the foreign host", () => {
  it("shares no code with the network: what it imports are libp2p, ethers and another CBOR library", () => {
    const broken = readdirSync(HOST).flatMap((file) =>
      [...readFileSync(join(HOST, file), "utf8").matchAll(/\bfrom\s+"([^"]+)"/g)]
        .map(([, name = ""]) => name)
        .filter((name) => !ALLOWED.test(name))
        .map((name) => `${file} must not import ${name}`),
    );
    expect(broken).toEqual([]);
  });
});

describe("a foreign client", () => {
  it("reads an offer, pays a streamed answer, a second one in its lane, and acknowledges", async () => {
    const backend = scriptedBackend(says("The ", "loom ", "weaves 🧶."));
    await using seller = await world.seller({ backend });
    const stranger = await joinAsStranger();
    await using _peer = { [Symbol.asyncDispose]: async () => stranger.peer.stop() };
    const executor = seller.identity.address;
    await stranger.money.fund(executor, DOLLAR);

    const [known] = await offersOf(stranger, seller.host.multiaddrs());
    if (known === undefined) throw new TypeError("the executor offers something");
    expect(known.offer).toMatchObject({ executor, model: "scripted", ...PRICE });
    await using line = await openLine(stranger, known);
    const first = await buy(stranger, line, {
      ...{ known, wanted: wanted("What does the loom do?"), before: newLane() },
    });
    expect(first.text).toBe("The loom weaves 🧶.");
    expect(first.frames.filter((type) => type === "token").length).toBeGreaterThan(0);
    expect(first.frames.at(-1)).toBe("response");
    expect(first.cost).toBe((5n * PRICE.inboundPrice + 3n * PRICE.outboundPrice) / 1_000_000n);

    const second = await buy(stranger, line, { known, wanted: wanted("And then?"), before: first.lane });
    expect(second.request).toMatchObject({ nonce: 2n, ackedCost: first.cost, prevResponseHash: first.responseHash });
    expect(await acknowledge(stranger, known, second)).toEqual({ acknowledged: true });

    // The executor has the same receipts, and the chain pays them.
    const receipts = seller.store.receipts({ limit: 5 }).map(({ receipt }) => receipt);
    expect(receipts.map(({ response }) => response)).toEqual(
      expect.arrayContaining([first.response, second.response].map((response) => expect.objectContaining(response))),
    );
    await seller.executor.drain(soon());
    const client = stranger.wallet.address.toLowerCase() as `0x${string}`;
    const lane = { client, executor, lane: second.lane.lane };
    expect(await readLane(seller.chain, lane)).toMatchObject({ cost: first.cost + second.cost, nonce: 2n });
  });

  it("pays no more than it took when it cancels, and goes on in its lane", async () => {
    await using seller = await world.seller({ backend: scriptedBackend(saysThenHangs("So ", "far.")) });
    const stranger = await joinAsStranger();
    await using _peer = { [Symbol.asyncDispose]: async () => stranger.peer.stop() };
    await stranger.money.fund(seller.identity.address, DOLLAR);
    const [known] = await offersOf(stranger, seller.host.multiaddrs());
    if (known === undefined) throw new TypeError("the executor offers something");
    await using line = await openLine(stranger, known);
    const order = { known, wanted: wanted("?"), cancels: true };
    const first = await buy(stranger, line, { ...order, before: newLane() });
    expect(first).toMatchObject({ text: "So far.", response: { finishReason: 3n, outboundTokens: 2n } });
    const second = await buy(stranger, line, { ...order, before: first.lane });
    expect(second.lane.cost).toBe(2n * first.cost);
  });

  it("is refused with the codes of the page", async () => {
    await using seller = await world.seller({ backend: scriptedBackend() });
    const stranger = await joinAsStranger();
    await using _peer = { [Symbol.asyncDispose]: async () => stranger.peer.stop() };
    const [known] = await offersOf(stranger, seller.host.multiaddrs());
    if (known === undefined) throw new TypeError("the executor offers something");
    await using line = await openLine(stranger, known);
    const asking = (parts: BuyerParts, offer = known, before = newLane()) =>
      buy(parts, line, { known: offer, wanted: wanted("?"), before });
    await expect(asking(stranger)).rejects.toThrow(/^CHANNEL_UNDERFUNDED/);
    await expect(asking(stranger, known, { ...newLane(), nonce: 4n })).rejects.toThrow(/^LANE_OUT_OF_STEP/);
    const cheaper = { ...known, offer: { ...known.offer, inboundPrice: 1n } };
    await expect(asking(stranger, cheaper)).rejects.toThrow(/^PRICE_REFUSED/);
    const unknown = { ...known, offerHash: `0x${"11".repeat(32)}` };
    await expect(asking(stranger, unknown)).rejects.toThrow(/^OFFER_UNKNOWN/);
    const elsewhere = { ...stranger, network: { ...stranger.network, chainId: 1n } };
    await expect(asking(elsewhere)).rejects.toThrow(/^SIGNATURE_INVALID/);
  });
});

describe("a foreign executor", () => {
  it("stakes, is found through gossip, sells an answer, and settles it", async () => {
    const stranger = await joinAsStranger(["/ip4/127.0.0.1/tcp/0"]);
    await stranger.money.stake(stranger.peer.peerId.toMultihash().bytes);
    const prices = { inboundPrice: 50_000_000n, outboundPrice: 80_000_000n };
    const says = ["Woven ", "elsewhere", "."];
    const selling = { ...stranger, ...prices, model: "foreign", says };
    await using seller = await openSeller(selling, world.anchor.multiaddrs());
    await until("the validator passes its offer on", async () => {
      await seller.tell();
      return world.validator?.offers("foreign").length === 1;
    });
    await using buyer = await world.buyer();
    const { text, end } = await askAll(buyer, question("Who are you?", { model: "foreign" }));
    expect(text).toBe("Woven elsewhere.");
    const executor = stranger.wallet.address.toLowerCase();
    expect(end).toMatchObject({ executor, finishReason: "stop", inboundTokens: 1, outboundTokens: 3 });
    const [pair] = seller.sold;
    if (pair === undefined) throw new TypeError("an answer was sold");
    await stranger.money.settle(pair);
    expect(await stranger.money.paid(buyer.identity.address, executor, end.receipt.request.lane)).toBe(end.cost);
    await seller.withdraw();
    await until("its offer is off", () => buyer.client.offers("foreign").length === 0);
  });
});

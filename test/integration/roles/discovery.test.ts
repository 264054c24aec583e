import { join } from "node:path";
import { ZERO_HASH } from "@lloom/protocol/commitment-types";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import { readSheet, type SheetContent, type SheetKind } from "@lloom/protocol/observed/sheets";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LloomError } from "../../../node/src/errors.ts";
import { hashOfModel } from "../../../node/src/observer/changed-terms.ts";
import { createObserver } from "../../../node/src/observer/observer.ts";
import type { SheetWanted } from "../../../node/src/observer/observer-options.ts";
import { callHealth, callOffers } from "../../../node/src/p2p/rpc/rpc-calls.ts";
import { openDatabase } from "../../../node/src/store/database/database.ts";
import { openObserverLog } from "../../../node/src/store/observer/observer-log.ts";
import { recoverAddress } from "../../../node/src/wallet/recover.ts";
import { says, scriptedBackend } from "./scripted-backend.ts";
import { askAll, log, PRICE, question, soon, sweepUp, unplug, until, World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await World.start();
});
afterAll(() => world[Symbol.asyncDispose]());

const anchor = () => ({ peerId: world.anchor.peerId, multiaddrs: world.anchor.multiaddrs() });

describe("a validator", () => {
  it("tells the offers of executors with stake, and of no others", async () => {
    await using staked = await world.seller({ backend: scriptedBackend(says("Yes."), "staked") });
    await using _unstaked = await world.seller({ backend: scriptedBackend(says("Yes."), "unstaked"), stake: 0n });
    await using buyer = await world.buyer({ deposit: 0n });
    await until("both are known by gossip", () =>
      ["staked", "unstaked"].every((m) => buyer.client.offers(m).length > 0),
    );
    await until("the staked one is registered", () => world.validator?.offers("staked").length === 1);
    const told = await callOffers(buyer.host, { target: anchor(), signal: soon() });
    const models = told.map(({ offer }) => offer.model);
    expect(models).toContain("staked");
    expect(models).not.toContain("unstaked");
    const one = await callOffers(buyer.host, { target: anchor(), signal: soon(), model: "staked" });
    expect(one).toMatchObject([{ offer: { executor: staked.identity.address, model: "staked", ...PRICE } }]);
    expect(await callHealth(buyer.host, { target: anchor(), signal: soon() })).toMatchObject({ role: "validator" });
  });
});

describe("an executor", () => {
  it("tells its own offers and health", async () => {
    const backend = scriptedBackend(says("Yes."), "own");
    const modelPrices = { own: { inboundPrice: 7n, outboundPrice: 9n } };
    await using seller = await world.seller({ backend, modelPrices, concurrency: 3 });
    await using buyer = await world.buyer({ deposit: 0n });
    const target = { peerId: seller.host.peerId, multiaddrs: seller.host.multiaddrs() };
    const [offer, ...others] = await callOffers(buyer.host, { target, signal: soon() });
    expect(offer).toMatchObject({ offer: { model: "own", inboundPrice: 7n, outboundPrice: 9n }, capacity: 3, load: 0 });
    expect(others).toEqual([]);
    expect(await callHealth(buyer.host, { target, signal: soon() })).toMatchObject({ role: "executor", offers: 1 });
  });

  it("that does not have the models that it should offer says so", async () => {
    const started = world.seller({ backend: scriptedBackend(), models: ["another"] });
    await expect(started).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      message: "The backend has none of the models to offer (another).",
      next: "Give --models some of what it has: scripted.",
    });
  });
});

describe("an observer", () => {
  it("says, signed, what is offered for how much and who answers, and what became of that", async () => {
    const [stack, dataDir] = [new AsyncDisposableStack(), await world.dataDir()];
    await using _all = stack;
    const member = await world.join(await world.nextIdentity(), world.chain.rpcUrl, stack, []);
    const db = stack.use(openDatabase(join(dataDir, "observer.sqlite")));
    const parts = { ...member, store: openObserverLog(db), log };
    const observer = stack.use(await createObserver(parts, { sampleMs: 300, random: () => 0.5 }));
    const judge = { hasher: createCommitmentHasher(member.chain.domain), recover: recoverAddress };
    const read = <Kind extends SheetKind>(wanted: SheetWanted & { readonly kind: Kind }) => {
      const sheet = readSheet<Kind>(wanted.kind, JSON.parse(observer.sheet(wanted)), judge);
      expect(sheet?.observer).toBe(member.identity.address);
      return sheet?.content as SheetContent<Kind>;
    };
    const seller = await world.seller({ backend: scriptedBackend(says("Yes."), "watched"), concurrency: 3 });
    const executor = seller.identity.address;
    const modelHash = hashOfModel("watched");
    const own = () => read({ kind: "book", executor }).offers[0];
    await until("it was called", () => own()?.health?.isUp === true);
    const seen = own();
    expect(seen).toMatchObject({
      offer: { executor, model: "watched", ...PRICE },
      capacity: 3,
      health: { dayUptime: 1 },
    });
    expect([seen?.health?.connectMs, seen?.health?.responseMs].every((ms) => (ms ?? 0) > 0)).toBe(true);
    // Whoever sees it can check that it is the executor's own word, too.
    expect(seen && recoverAddress(judge.hasher.hashOffer(seen.offer), seen.signature)).toBe(executor);
    expect(read({ kind: "models" }).models.find(({ model }) => model === "watched")).toMatchObject({
      ...{ executors: 1, up: 1, cheapest: { executor, ...PRICE } },
    });

    const price = { inboundPrice: 7n, outboundPrice: 9n };
    seller.executor.reprice({ price });
    const changes = () => read({ kind: "prices", modelHash, sinceMs: 0 }).changes;
    await until("the new price was noted", () => changes().length === 2);
    expect(changes().map(({ terms }) => terms?.inboundPrice)).toEqual([PRICE.inboundPrice, 7n]);

    await unplug(seller);
    await until("it does not answer", () => own()?.health?.isUp === false);
    expect(own()?.health?.dayUptime).toBeLessThan(1);
    const hours = read({ kind: "uptime", executor, sinceMs: 0 }).hours;
    expect(hours.reduce((sum, hour) => sum + hour.calls - hour.answered, 0)).toBeGreaterThan(0);
    expect(read({ kind: "models" }).models.find(({ model }) => model === "watched")?.cheapest).toBeNull();
    await sweepUp(seller);
  });
});

describe("an executor whose backend is away", () => {
  it("offers nothing until it is back", async () => {
    const backend = scriptedBackend(says("Yes."), "away");
    const { listModels } = backend;
    await using seller = await world.seller({ backend, listModelsMs: 50, offerIntervalMs: 50 });
    backend.listModels = () => Promise.reject(new LloomError("BACKEND_FAILED", "It is away."));
    await until("nothing is offered", () => seller.executor.status().models.length === 0);
    await using buyer = await world.buyer();
    const target = { peerId: seller.host.peerId, multiaddrs: seller.host.multiaddrs() };
    expect(await callOffers(buyer.host, { target, signal: soon() })).toEqual([]);
    backend.listModels = listModels;
    await until("it is back", () => seller.executor.status().models.length === 1);
    expect((await askAll(buyer, question("?", { model: "away" }))).text).toBe("Yes.");
  });
});

describe("a client", () => {
  it("lists what is offered and takes the cheapest", async () => {
    const dear = { inboundPrice: 200n, outboundPrice: 900n };
    const cheap = { inboundPrice: 100n, outboundPrice: 800n };
    await using first = await world.seller({ backend: scriptedBackend(says("Dear."), "market"), price: dear });
    await using second = await world.seller({ backend: scriptedBackend(says("Cheap."), "market"), price: cheap });
    await using buyer = await world.buyer();
    const market = async () => (await buyer.client.models()).find(({ model }) => model === "market");
    await until("both are known, and their stakes", async () => (await market())?.executors === 2);
    const terms = { executors: 2, ...cheap, maxContext: 4096n };
    const weights = [{ ...terms, hash: ZERO_HASH, stake: expect.any(BigInt) }];
    const told = { model: "market", ...terms, weights, features: [], offeredAtMs: expect.any(Number) };
    expect(await market()).toEqual(told);
    const { text, end } = await askAll(buyer, question("?", { model: "market" }));
    expect(text).toBe("Cheap.");
    expect(end.executor).toBe(second.identity.address);
    expect(first.executor.status().answered).toBe(0);
  });

  it(
    "pays the cheapest with its very first question, though it hears of the dearest first",
    { timeout: 180_000 },
    async () => {
      const sell = (price: bigint, offerIntervalMs: number) => {
        const backend = scriptedBackend(says(`${price}`), "choice");
        return world.seller({ backend, price: { inboundPrice: price, outboundPrice: price }, offerIntervalMs });
      };
      await using _cheap = await sell(100n, 500);
      await using _middle = await sell(200n, 500);
      await until("the validator knows two", () => world.validator?.offers("choice").length === 2);
      // From here on this one alone is heard often.
      await using _dear = await sell(900n, 20);
      await until("the validator knows three", () => world.validator?.offers("choice").length === 3);
      // What validators know, and a first text, are waited for by the clock: on a busy machine the next one may answer, but never the dearest.
      const paid: string[] = [];
      while (paid.filter((price) => price === "100").length < 3 && paid.length < 8) {
        await using buyer = await world.buyer();
        paid.push((await askAll(buyer, question("?", { model: "choice" }))).text);
      }
      expect(
        paid.filter((price) => price === "100"),
        paid.join(),
      ).toHaveLength(3);
      expect(paid).not.toContain("900");
    },
  );

  it("leaves an executor whose connections ended without a failed try, while others tell its offer on", async () => {
    const sell = (price: bigint) => {
      const backend = scriptedBackend(says(`${price}`), "mortal");
      return world.seller({ backend, price: { inboundPrice: price, outboundPrice: price } });
    };
    const cheap = await sell(100n);
    await using _dear = await sell(900n);
    await using buyer = await world.buyer();
    const market = async () => (await buyer.client.models()).find(({ model }) => model === "mortal");
    await until("both are known, and their stakes", async () => (await market())?.executors === 2);
    const isConnected = (): boolean => buyer.host.connected().includes(cheap.host.peerId);
    await until("it is connected to the cheap one", isConnected);
    await unplug(cheap);
    await until("the connection has ended", () => !isConnected());
    const { text, end } = await askAll(buyer, question("?", { model: "mortal" }));
    expect([text, end.attempts]).toEqual(["900", 1]);
    await sweepUp(cheap);
  });

  it("finds an executor that it has no gossip of, at its first question", async () => {
    await using _seller = await world.seller({ backend: scriptedBackend(says("Found."), "quiet") });
    await until("the validator knows it", () => world.validator?.offers("quiet").length === 1);
    await using buyer = await world.buyer();
    expect((await askAll(buyer, question("?", { model: "quiet" }))).text).toBe("Found.");
  });

  it("follows a price that has just gone up, within its limit", async () => {
    const backend = scriptedBackend(says("Yes."), "inflation");
    await using seller = await world.seller({ backend, offerIntervalMs: 60_000 });
    await using buyer = await world.buyer();
    await until("the offer is known", () => buyer.client.offers("inflation").length === 1);
    const price = { inboundPrice: 2n * PRICE.inboundPrice, outboundPrice: 2n * PRICE.outboundPrice };
    seller.executor.reprice({ price });
    const { end } = await askAll(buyer, question("one two three", { model: "inflation" }));
    expect(end.receipt.request).toMatchObject(price);
    expect(end.cost).toBe((2n * (3n * PRICE.inboundPrice + PRICE.outboundPrice)) / 1_000_000n);
    seller.executor.reprice({ price: { ...price, outboundPrice: price.outboundPrice + 1n } });
    const limited = question("?", { model: "inflation", maxPrice: { outbound: price.outboundPrice } });
    await expect(askAll(buyer, limited)).rejects.toMatchObject({ code: "PRICE_REFUSED" });
  });
});

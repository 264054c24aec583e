/** Executors whose log is lost, restored or copied: whatever becomes of the file, no request is answered twice. */
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Hex } from "@lloom/protocol/commitment-types";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import { nextRequestFields } from "@lloom/protocol/lane";
import type { ResponseFrame } from "@lloom/protocol/messages";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { allocate } from "../../../node/src/chain/account/actions.ts";
import { OwnOffers } from "../../../node/src/executor/offer/own-offers.ts";
import { joinOfferTopic } from "../../../node/src/p2p/discovery/offer-topic.ts";
import { createHost } from "../../../node/src/p2p/host/host.ts";
import { createInferPool, type InferPool } from "../../../node/src/p2p/infer/infer-client.ts";
import { callOffers } from "../../../node/src/p2p/rpc/rpc-calls.ts";
import { openDatabase } from "../../../node/src/store/database/database.ts";
import { type ExecutorLog, openExecutorLog } from "../../../node/src/store/executor/executor-log.ts";
import { createValidator } from "../../../node/src/validator/validator.ts";
import { EVERYBODY_STAKED } from "../../support/hosts.ts";
import { copyLog } from "./copy-log.ts";
import { type Frame, frameFor, outcomeOf, sendFrame, targetOf } from "./foreign-request.ts";
import { says, scriptedBackend } from "./scripted-backend.ts";
import {
  askAll,
  type Buyer,
  DOLLAR,
  log,
  question,
  type Seller,
  soon,
  sweepUp,
  unplug,
  until,
  World,
} from "./world.ts";

/** Offers that end soon, so that what an earlier run offered does not hold up the next one for long. */
const SHORT = { offerTtlMs: 1_500, keyWatchMs: 100 };

let world: World;
let buyer: Buyer;
let pool: InferPool;
beforeAll(async () => {
  world = await World.start();
  buyer = await world.buyer({ deposit: 1_000n * DOLLAR });
  pool = createInferPool(buyer.host, log);
});
afterAll(async () => {
  await pool[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

/** Points of an answer's way at which the log is copied. */
const POINTS = [
  "before it is accepted",
  "accepted",
  "before it is saved",
  "saved",
  "before the signature is saved",
  "signed",
  "told",
  "acknowledged",
  "settled",
  "pruned",
] as const;
type Point = (typeof POINTS)[number];

/** A log that is copied around three of its steps, the first time that each is done: afterwards is when the disk has it. */
function tapped(store: ExecutorLog, copy: (point: Point) => void): ExecutorLog {
  const once = new Set<Point>();
  const at = (point: Point): void => {
    if (!once.has(point)) copy(point);
    once.add(point);
  };
  const atOnDisk = (point: Point): void => void store.onDisk().then(() => at(point));
  return {
    ...store,
    accept: (...values) => {
      at("before it is accepted");
      store.accept(...values);
      atOnDisk("accepted");
    },
    saveAnswer: (...values) => {
      at("before it is saved");
      store.saveAnswer(...values);
      atOnDisk("saved");
    },
    saveSignature: (...values) => {
      at("before the signature is saved");
      store.saveSignature(...values);
      atOnDisk("signed");
    },
  };
}

describe("an executor whose log is restored from an older copy", () => {
  const copies = new Map<Point, string>();
  let identity: Buyer["identity"];
  let sent: Frame;
  let told: ResponseFrame;
  let hashOf: (response: ResponseFrame["response"]) => Hex;

  /** One life: two answers of a lane, settled and pruned, with a copy of the log at every point. Then it is unplugged. */
  beforeAll(async () => {
    identity = await world.nextIdentity();
    hashOf = createCommitmentHasher(buyer.chain.domain).hashResponse;
    const dataDir = await world.dataDir();
    for (const point of POINTS) copies.set(point, await world.dataDir());
    const copy = (point: Point): void => copyLog(dataDir, copies.get(point) ?? "");
    const backend = scriptedBackend(says("The ", "first."), "memory");
    const tap = (store: ExecutorLog) => tapped(store, copy);
    const seller = await world.seller({ backend, identity, dataDir, tap, ...SHORT });
    await allocate(buyer.chain, identity.address, DOLLAR);
    await until("a witness holds its offer", () => world.validator?.offers("memory").length === 1);
    sent = await frameFor({ buyer, seller });
    told = await answered(seller, sent);
    copy("told");
    const { cumulativeCost: cost, cumulativeInbound: inbound, cumulativeOutbound: outbound } = told.response;
    const state = { nonce: 1n, cost, inbound, outbound, responseHash: hashOf(told.response) };
    const { lane } = sent.request;
    await answered(seller, await frameFor({ buyer, seller }, { lane, ...nextRequestFields(state) }));
    copy("acknowledged");
    await seller.executor.settleNow(soon());
    copy("settled");
    seller.store.prune(Date.now() + 1);
    copy("pruned");
    await unplug(seller);
    await sweepUp(seller);
  });

  async function answered(seller: Seller, frame: Frame): Promise<ResponseFrame> {
    const last = await sendFrame(pool, seller, frame);
    if (last?.type === "response") return last;
    throw new RangeError(`No response but ${JSON.stringify(last)}.`);
  }

  it.each(POINTS)("copied when an answer was %s, signs no second one", { timeout: 30_000 }, async (point) => {
    const backend = scriptedBackend(says("Quite ", "another ", "one."), "memory");
    await using seller = await world.seller({ backend, identity, dataDir: copies.get(point) ?? "", ...SHORT });
    expect(await outcomeOf(pool, seller, sent)).toBe("OFFER_UNKNOWN");
    const inLane = await frameFor({ buyer, seller }, { lane: sent.request.lane });
    expect(await outcomeOf(pool, seller, inLane)).toBe("LANE_OUT_OF_STEP");
    expect(backend.asked).toEqual([]);
    // What it signs at its start is what was signed before, to the last bit but the signature's own.
    for (const { receipt, responseHash } of seller.store.receipts({ limit: 9 }))
      if (receipt.request.nonce === 1n) expect(responseHash).toBe(hashOf(told.response));
    const { text } = await askAll(buyer, question("?", { model: "memory" }));
    expect(text).toBe("Quite another one.");
    await seller.executor.drain(soon());
  });

  it("says what it found: a log that is older than what the chain knows, or that is lost", async () => {
    const backend = scriptedBackend(says("Hi."), "memory");
    {
      await using older = await world.seller({ backend, identity, dataDir: copies.get("told") ?? "", ...SHORT });
      expect(older.executor.past).toMatchObject({ log: "older", lanesBehind: 1, hadWitnesses: true });
    }
    await using empty = await world.seller({ backend, identity, dataDir: await world.dataDir(), ...SHORT });
    expect(empty.executor.past).toMatchObject({ log: "lost", contents: { receipts: 0 }, lanesBehind: 0 });
    expect(empty.executor.past.settledRequests).toBeGreaterThanOrEqual(2n);
  });
});

describe("an executor that starts while another works with its key", () => {
  it("does not start, whether its log is a copy or none", { timeout: 30_000 }, async () => {
    const [identity, dataDir, copy] = [await world.nextIdentity(), await world.dataDir(), await world.dataDir()];
    const backend = scriptedBackend(says("One."), "double");
    await using first = await world.seller({ backend, identity, dataDir, ...SHORT });
    copyLog(dataDir, copy);
    using db = openDatabase(join(copy, "executor.sqlite"));
    const lastWordAtMs = openExecutorLog(db).lastWordAtMs() ?? 0;
    db[Symbol.dispose]();
    await until("it spoke again", () => (world.validator?.offers("double")[0]?.sentAt ?? 0) > lastWordAtMs);
    for (const other of [copy, await world.dataDir()])
      await expect(world.seller({ backend, identity, dataDir: other, ...SHORT })).rejects.toMatchObject({
        code: "KEY_IN_USE",
      });
    expect(first.executor.status().draining).toBe(false);
    expect((await askAll(buyer, question("?", { model: "double" }))).text).toBe("One.");
  });
});

describe("an executor that hears another one with its key while it serves", () => {
  it("signs nothing more, refuses what comes, and says why", async () => {
    const identity = await world.nextIdentity();
    await using seller = await world.seller({ backend: scriptedBackend(says("Yes."), "met"), identity, ...SHORT });
    await allocate(buyer.chain, identity.address, DOLLAR);
    const late = await frameFor({ buyer, seller });
    // One that did not listen, as after a partition of the network, and speaks through another validator.
    const second = await world.join(await world.nextIdentity());
    const { network } = second.host;
    await using other = await createHost({
      ...{ secret: identity.secret, network, listen: ["/ip4/127.0.0.1/tcp/0"], bootstrap: second.host.multiaddrs() },
      ...{ dhtServer: true, log },
    });
    await using _relay = await createValidator({ ...second, log }, {});
    const { hashOffer } = createCommitmentHasher(second.chain.domain);
    const stands = () => true;
    const offers = new OwnOffers({ hashOffer, sign: identity.sign, ttlMs: 60_000, stands, onMake: () => undefined });
    const [term] = await callOffers(buyer.host, { target: targetOf(seller), signal: soon() });
    if (term === undefined) throw new RangeError("It offers nothing.");
    const { offerId: _id, validUntil: _until, ...terms } = term.offer;
    offers.renew([terms], Date.now());
    const topic = joinOfferTopic(other, {
      ...{ stakes: EVERYBODY_STAKED, accept: () => undefined, onOffer: () => undefined },
      ...{ onWithdraw: () => undefined, log },
    });
    await until("somebody listens", () => topic.members() > 0);
    const speak = async (): Promise<boolean> => {
      await delay(200);
      for (const signed of offers.list({ multiaddrs: [], capacity: 1, load: 0 }, Date.now()))
        await topic.publish(signed);
      return seller.executor.status().draining;
    };
    await until("it has heard of it", speak);
    expect(await seller.executor.failed).toMatchObject({ code: "KEY_IN_USE" });
    expect(await outcomeOf(pool, seller, late)).toBe("DRAINING");
    await seller.executor.drain(soon());
    await topic[Symbol.asyncDispose]();
  });
});

describe("an executor with an empty log", () => {
  it("starts at once with a key that nobody knows", async () => {
    await using seller = await world.seller({ backend: scriptedBackend(says("Hi."), "fresh") });
    expect(seller.executor.past).toMatchObject({ log: "new", heard: undefined, lanesBehind: 0, settledRequests: 0n });
  });
});

describe("a copy of a log that holds an unsigned answer", () => {
  it("is signed exactly as it was saved, by however many processes start with it", async () => {
    const [dataDir, copy] = [await world.dataDir(), await world.dataDir()];
    const identity = await world.nextIdentity();
    const signed = new Set<string>();
    const backend = scriptedBackend(says("Saved."), "unsigned");
    const tap = (store: ExecutorLog) => tapped(store, (point) => point === "saved" && copyLog(dataDir, copy));
    const seller = await world.seller({ backend, identity, dataDir, tap, ...SHORT });
    await allocate(buyer.chain, identity.address, DOLLAR);
    expect(await outcomeOf(pool, seller, await frameFor({ buyer, seller }))).toBe("response");
    for (const { responseHash } of seller.store.receipts({ limit: 2 })) signed.add(responseHash);
    await seller.executor.drain(soon());
    await seller[Symbol.asyncDispose]();
    {
      using db = openDatabase(join(copy, "executor.sqlite"));
      expect(openExecutorLog(db).answeredUnsigned().length).toBe(1);
    }
    await using again = await world.seller({ backend, identity, dataDir: copy, ...SHORT });
    for (const { responseHash } of again.store.receipts({ limit: 2 })) signed.add(responseHash);
    expect(again.store.receipts({ limit: 2 }).length).toBe(1);
    expect(signed.size).toBe(1);
  });
});

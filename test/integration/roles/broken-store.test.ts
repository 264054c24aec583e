import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LloomError } from "../../../node/src/errors.ts";
import { createExecutor } from "../../../node/src/executor/executor.ts";
import { openDatabase } from "../../../node/src/store/database/database.ts";
import type { ExecutorLog } from "../../../node/src/store/executor/executor-log.ts";
import type { Room } from "../../../node/src/store/files/disk-room.ts";
import { keyIn, launch, start } from "./launch.ts";
import { says, scriptedBackend } from "./scripted-backend.ts";
import { askAll, log, PRICE, question, soon, until, World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await World.start();
});
afterAll(() => world[Symbol.asyncDispose]());

/** A log whose disk breaks when it is told to. */
function breakable(store: ExecutorLog): { store: ExecutorLog; breakNow: () => void } {
  let broken = false;
  const accept: ExecutorLog["accept"] = (accepted) => {
    if (broken) throw new LloomError("STORE_FAILED", "The disk is broken.");
    store.accept(accepted);
  };
  return {
    store: { ...store, accept },
    breakNow: () => {
      broken = true;
    },
  };
}

/** Takes the tables from under whoever uses a database. */
function lose(path: string, ...tables: readonly string[]): void {
  using db = new DatabaseSync(path);
  db.exec(`PRAGMA foreign_keys = OFF; ${tables.map((table) => `DROP TABLE ${table};`).join(" ")}`);
}

describe("an executor whose log fails", () => {
  it("withdraws its offers, refuses what comes, says why, and settles what it can", async () => {
    let breakNow = (): void => undefined;
    const tap = (store: ExecutorLog): ExecutorLog => {
      const tapped = breakable(store);
      breakNow = tapped.breakNow;
      return tapped.store;
    };
    await using seller = await world.seller({ backend: scriptedBackend(says("Yes."), "broken"), tap });
    await using buyer = await world.buyer();
    const asked = question("?", { model: "broken" });
    await askAll(buyer, asked);
    await until("the validator knows it", () => world.validator?.offers("broken").length === 1);
    breakNow();
    await expect(askAll(buyer, asked)).rejects.toMatchObject({ code: expect.any(String) });
    expect(await seller.executor.failed).toMatchObject({ code: "STORE_FAILED", message: "The disk is broken." });
    await expect(askAll(buyer, asked)).rejects.toMatchObject({ code: expect.any(String) });
    expect(seller.executor.status().draining).toBe(true);
    await seller.executor.drain(soon());
    await until("the offers are gone", () => buyer.client.offers("broken").length === 0);
    expect(world.validator?.offers("broken")).toEqual([]);
    expect(seller.executor.status().owed).toBe(0n);
  });
});

/** A disk that has room or not, as a test says. */
function staged(): { room: Room; fill: (isFull: boolean) => void } {
  let problem: LloomError | undefined;
  const fill = (isFull: boolean): void => {
    problem = isFull ? new LloomError("STORE_FAILED", "The disk is full.", { next: "Free some." }) : undefined;
  };
  return { room: { problem: () => problem }, fill };
}

describe("a node whose disk is nearly full", () => {
  it("as an executor signs and offers nothing new, says why, and goes on by itself", async () => {
    const { room, fill } = staged();
    await using seller = await world.seller({ backend: scriptedBackend(says("Yes."), "roomy"), room });
    await using buyer = await world.buyer();
    const asked = question("?", { model: "roomy" });
    await askAll(buyer, asked);
    const { answered } = seller.executor.status();
    fill(true);
    // By the offer that the client has heard already.
    await expect(askAll(buyer, asked)).rejects.toMatchObject({
      code: "STORE_FAILED",
      message: expect.stringContaining("The executor refused: The disk is full."),
    });
    await until("nothing is on offer", () => seller.executor.status().models.length === 0);
    expect(seller.executor.status()).toMatchObject({ draining: false, answered, refused: 1 });
    // What was refused costs nothing and spoils no lane.
    expect(buyer.store.outstanding(seller.identity.address, 0n)).toBe(seller.executor.status().owed);
    await seller.executor.settleNow(soon());
    fill(false);
    await until("it is on offer again", () => seller.executor.status().models.length === 1);
    await until("it is asked again", () => askAll(buyer, asked).then(Boolean, () => false));
    expect(seller.executor.status().answered).toBe(answered + 1);
  });

  it("as an executor does not start, and as a client signs nothing until there is room", async () => {
    const { room, fill } = staged();
    const backend = scriptedBackend(says("Yes."), "asked");
    await using seller = await world.seller({ backend });
    await using buyer = await world.buyer({ room });
    const asked = question("?", { model: "asked" });
    fill(true);
    await expect(createExecutor({ ...seller, backend, room, log }, { price: PRICE })).rejects.toMatchObject({
      code: "STORE_FAILED",
    });
    await expect(askAll(buyer, asked)).rejects.toMatchObject({ code: "STORE_FAILED", message: "The disk is full." });
    expect(buyer.store.outcomes(10)).toEqual([]);
    fill(false);
    await askAll(buyer, asked);
    expect(buyer.store.outcomes(10)).toHaveLength(1);
  });
});

describe("a client whose log fails", () => {
  it("says why it cannot ask any more, and takes an executor's broken log for that executor's alone", async () => {
    const accept = (): never => {
      throw new LloomError("STORE_FAILED", "The disk of the executor is broken.");
    };
    const tap = (store: ExecutorLog): ExecutorLog => ({ ...store, accept });
    await using _seller = await world.seller({ backend: scriptedBackend(says("Yes."), "tapped"), tap });
    const dataDir = await world.dataDir();
    await using buyer = await world.buyer({ dataDir });
    let failure: LloomError | undefined;
    void buyer.client.failed.then((problem) => {
      failure = problem;
    });
    await expect(askAll(buyer, question("?", { model: "tapped" }))).rejects.toMatchObject({ code: expect.any(String) });
    expect(failure).toBeUndefined();
    lose(join(dataDir, "client.sqlite"), "own_requests");
    await expect(askAll(buyer, question("?", { model: "tapped" }))).rejects.toMatchObject({ code: "STORE_FAILED" });
    expect(await buyer.client.failed).toMatchObject({
      code: "STORE_FAILED",
      message: expect.stringMatching(/client\.sqlite failed/),
    });
  });
});

describe("lloom gateway", () => {
  it("ends with code 1 and says why once its log fails", async () => {
    await using _seller = await world.seller({ backend: scriptedBackend(says("Yes."), "sold") });
    const dir = await keyIn(world);
    const gateway = await start(world, {
      command: "gateway",
      dir,
      more: ["--bootstrap", world.anchor.multiaddrs().join(",")],
    });
    const url = /http:\S+\/v1/.exec(gateway.printed())?.[0];
    let asked = 0;
    const ask = () =>
      fetch(`${url}/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json", "idempotency-key": `call-${asked++}` },
        body: JSON.stringify({ model: "sold", messages: [{ role: "user", content: "?" }] }),
      });
    // A key without a deposit: it fails all the same, for want of money.
    await until("it knows the executor", async () => (await ask()).status === 402, 60_000);
    lose(join(dir, "client.sqlite"), "keyed_calls");
    // Its own work may meet the failure before the question does.
    const told = await ask().catch(() => undefined);
    expect([500, undefined]).toContain(told?.status);
    const { code, stderr } = await gateway.ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/^STORE_FAILED: The store .*client\.sqlite failed/m);
  });
});

describe("lloom validator", () => {
  it("ends with code 1 and says why once its log fails, before its votes are missed", async () => {
    const dir = await keyIn(world);
    const more = ["--listen", "/ip4/127.0.0.1/tcp/0", "--bootstrap", world.anchor.multiaddrs().join(",")];
    const validator = await start(world, { command: "validator", dir, more });
    lose(join(dir, "validator.sqlite"), "duties");
    const { code, stderr } = await validator.ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/^STORE_FAILED: The store .*validator\.sqlite failed/m);
  });
});

describe("lloom executor", () => {
  it("does not start on a damaged log, and says how to go on", async () => {
    const dir = await keyIn(world);
    const path = join(dir, "executor.sqlite");
    openDatabase(path)[Symbol.dispose]();
    const bytes = readFileSync(path);
    bytes.fill(0xa5, 4096, 4096 + 64);
    writeFileSync(path, bytes);
    const { code, stdout, stderr } = await (await launch(world, { command: "executor", dir })).ended;
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(
      /^STORE_FAILED: The store .*executor\.sqlite is damaged.*\n {2}.*without deleting it.*docs\/executor\.md/m,
    );
  });

  it("does not start beside another one with its key, though it has a copy of the directory", async () => {
    const [dir, copy] = [await keyIn(world), await world.dataDir()];
    for (const file of ["keystore.json", "password"]) writeFileSync(join(copy, file), readFileSync(join(dir, file)));
    const first = await start(world, { command: "executor", dir });
    const { code, stderr } = await (await launch(world, { command: "executor", dir: copy })).ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/^KEY_IN_USE: Another process on this machine already runs an executor with this key\./m);
    first.signal("SIGTERM");
    await first.ended;
  });
});

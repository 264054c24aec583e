import type { Hex } from "@lloom/protocol/commitment-types";
import { afterAll, beforeAll, expect, test } from "vitest";
import { seeded } from "../../../../protocol/test/seeded.ts";
import { type OwnPostgres, openPostgres } from "../../../../test/support/postgres.ts";
import { DAY_MS } from "../client/budget-period.ts";
import { NO_CHARGE, type RequestCharge } from "../client/request-charge.ts";
import { fleetBook } from "./fleet-book.ts";
import { type FleetDatabase, openFleetDatabase } from "./fleet-database.ts";
import { FleetKeys } from "./fleet-keys.ts";
import { fleetSpending, LOST_AFTER_MS } from "./fleet-spending.ts";

const SEEDS = [1, 2, 3];
const GATEWAYS = ["one", "two", "three"];
const ROUNDS = 12;
const CALLS = 16;
const BUDGET = 2_000n;
const TERMS = { budget: { amount: "1", period: "total" }, models: undefined, perMinute: undefined } as const;
const START_MS = 180_000;

const postgres: OwnPostgres | undefined = await openPostgres();
let databases: FleetDatabase[] = [];
beforeAll(async () => {
  const { url } = postgres ?? {};
  // All at once: each may be the first that makes the tables.
  if (url !== undefined) databases = await Promise.all(GATEWAYS.map(() => openFleetDatabase(url)));
}, START_MS);
afterAll(async () => {
  for (const database of databases) await database[Symbol.asyncDispose]();
  await postgres?.[Symbol.asyncDispose]();
});

/** On a machine without Postgres there is nothing to share. */
const shared = test.skipIf(postgres === undefined);

async function stage(name: string) {
  const nowMs = { at: 1_000 };
  const open = async (index: number): Promise<FleetKeys> => {
    const db = databases[index];
    if (db === undefined) throw new Error("no database");
    const keys = new FleetKeys(fleetBook(db), fleetSpending(db, GATEWAYS[index] ?? ""), () => nowMs.at);
    await keys.load();
    return keys;
  };
  const [first] = databases;
  if (first === undefined) throw new Error("no database");
  const book = fleetBook(first);
  const key = await book.add({ ...TERMS, name, expiresAtMs: undefined }, name, 0);
  const hold = (requestHash: Hex, amount: bigint) => ({
    ...{ keyId: key.id, requestHash, model: "m", amount, periodAtMs: 0, atMs: nowMs.at },
  });
  return { nowMs, open, book, key, hold };
}

shared.each(SEEDS)(
  "gateways side by side never take more than one budget, and count each request once, over kills and repeats, seed %i",
  { timeout: START_MS },
  async (seed) => {
    const draw = seeded(seed).below;
    const { open, book, key, hold } = await stage(`seed ${seed}`);
    const gateways = await Promise.all(GATEWAYS.map((_, index) => open(index)));
    /** What was held, by whom, and what it did cost, if that is known. */
    const charges = new Map<Hex, RequestCharge>();
    const held = new Map<Hex, { readonly most: bigint; readonly gateway: number }>();
    let [spent, count] = [0n, 0];
    for (let round = 0; round < ROUNDS; round++) {
      const asked = Array.from({ length: CALLS }, () => {
        const requestHash: Hex = `0x${(seed * 1_000_000 + ++count).toString(16).padStart(64, "0")}`;
        return { requestHash, most: BigInt(1 + draw(300)), gateway: draw(GATEWAYS.length) };
      });
      await Promise.all(
        asked.map(async ({ requestHash, most, gateway }) => {
          if (await gateways[gateway]?.hold(hold(requestHash, most), BUDGET)) held.set(requestHash, { most, gateway });
        }),
      );
      const standing = await book.spending(key.id, 0);
      expect(standing.spent + standing.held).toBeLessThanOrEqual(BUDGET);
      expect(standing).toEqual({ spent, held: [...held.values()].reduce((sum, { most }) => sum + most, 0n) });
      // A gateway that is killed forgets all but its log; whoever it was comes back and goes on with what it held.
      const killed = draw(GATEWAYS.length);
      gateways[killed] = await open(killed);
      const over: Promise<void>[] = [];
      for (const [requestHash, { most, gateway }] of [...held]) {
        if (draw(4) === 0) continue;
        const cost = draw(3) === 0 ? 0n : (most * BigInt(draw(101))) / 400n;
        charges.set(
          requestHash,
          cost === 0n ? NO_CHARGE : { cost, inboundTokens: 2, outboundTokens: 3, isAnswered: true },
        );
        spent += cost;
        held.delete(requestHash);
        for (let repeat = 0; repeat < 2; repeat++)
          over.push(gateways[gateway]?.resolve([requestHash], (hash) => charges.get(hash)) ?? Promise.resolve());
      }
      await Promise.all(over);
    }
    const left = [...held.values()].reduce((sum, { most }) => sum + most, 0n);
    expect(await book.spending(key.id, 0)).toEqual({ spent, held: left });
    const answered = [...charges.values()].filter(({ isAnswered }) => isAnswered);
    const used = await book.usage(0, key.id);
    expect(used.reduce((sum, { cost }) => sum + cost, 0n)).toBe(spent);
    expect(used.reduce((sum, { requests }) => sum + requests, 0)).toBe(answered.length);
    expect(answered.length).toBeGreaterThan(10);
  },
);

shared(
  "what a gateway held that was killed before it signed comes back when it does",
  { timeout: START_MS },
  async () => {
    const { open, book, key, hold } = await stage("unsigned");
    await (await open(0)).hold(hold("0xa1", 70n), BUDGET);
    const again = await open(0);
    // Its log does not know the request: it was never signed.
    await again.resolve(again.held(key.id), () => NO_CHARGE);
    expect(await book.spending(key.id, 0)).toEqual({ spent: 0n, held: 0n });
  },
);

shared(
  "what a gateway held that never came back is charged in full after three days",
  { timeout: START_MS },
  async () => {
    const { nowMs, open, book, key, hold } = await stage("lost");
    const [gone, other] = [await open(1), await open(2)];
    await gone.hold(hold("0xb1", 70n), BUDGET);
    nowMs.at += LOST_AFTER_MS;
    await other.renew({ id: key.id });
    expect(await book.spending(key.id, 0)).toEqual({ spent: 0n, held: 70n });
    nowMs.at += DAY_MS;
    await other.renew({ id: key.id });
    expect(await book.spending(key.id, 0)).toEqual({ spent: 70n, held: 0n });
    await gone.resolve(["0xb1"], () => NO_CHARGE);
    expect(await book.spending(key.id, 0)).toEqual({ spent: 70n, held: 0n });
  },
);

shared(
  "a key that was revoked or has ended holds nothing more, whatever a gateway remembers",
  { timeout: START_MS },
  async () => {
    const { nowMs, open, book, key, hold } = await stage("revoked");
    const gateway = await open(0);
    await book.revoke(key.id, nowMs.at);
    expect(await gateway.hold(hold("0xc1", 1n), BUDGET)).toBe(false);
    expect(gateway.byId(key.id)).toMatchObject({ revokedAtMs: nowMs.at });
    const ended = await book.add({ ...TERMS, name: "ended", expiresAtMs: 10 }, "ended", 0);
    expect(await gateway.hold({ ...hold("0xc2", 1n), keyId: ended.id }, BUDGET)).toBe(false);
    await expect(book.add({ ...TERMS, name: "ended", expiresAtMs: 10 }, "other", 0)).rejects.toThrow(
      /a key with the name/,
    );
  },
);

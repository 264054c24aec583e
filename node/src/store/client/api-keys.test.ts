import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { databaseOfEachTest } from "../../../../test/support/database-of-each-test.ts";
import { openDatabase } from "../database/database.ts";
import { type ApiKeys, keyState, newSecret, openApiKeys } from "./api-keys.ts";
import { periodAt } from "./budget-period.ts";

const TERMS = { name: "team", budget: undefined, models: undefined, perMinute: undefined, expiresAtMs: undefined };
let path: string;
let keys: ApiKeys;

databaseOfEachTest((opened, at) => {
  keys = openApiKeys(opened);
  path = at;
});

test("keeps what a key may do and finds it by its secret, of which it keeps a digest alone", () => {
  const secret = newSecret();
  expect(secret).toMatch(/^sk-lloom-[\w-]{43}$/);
  const budget = { amount: "2.5", period: "day" } as const;
  const made = keys.add({ ...TERMS, budget, models: ["a", "b"], perMinute: 60, expiresAtMs: 500 }, secret, 100);
  expect(keys.bySecret(secret)).toEqual(made);
  expect(made).toMatchObject({ budget, models: ["a", "b"], perMinute: 60, hint: secret.slice(-4), madeAtMs: 100 });
  expect(keys.bySecret(`${secret}x`)).toBeUndefined();
  expect([keyState(made, 499), keyState(made, 500)]).toEqual(["active", "expired"]);
  const held = [path, `${path}-wal`].filter((file) => existsSync(file)).map((file) => readFileSync(file));
  expect(Buffer.concat(held).includes("api_keys")).toBe(true);
  expect(Buffer.concat(held).includes(secret.slice(9))).toBe(false);
});

test("gives a name again once its key is revoked, and remembers that there were keys", () => {
  expect(keys.hasAny()).toBe(false);
  const first = keys.add(TERMS, "one", 1);
  expect(() => keys.add(TERMS, "two", 2)).toThrow(expect.objectContaining({ code: "COMMAND_INVALID" }));
  expect([keys.revoke(first.id, 3), keys.revoke(first.id, 4)]).toEqual([true, false]);
  expect(keys.hasAny()).toBe(true);
  expect(keys.byName("team")).toMatchObject({ id: first.id, revokedAtMs: 3 });
  const second = keys.add(TERMS, "two", 5);
  expect(keys.byName("team")).toEqual(second);
});

test("knows at once what another process writes beside the one that has the file", () => {
  using beside = openDatabase(path, { beside: true });
  const others = openApiKeys(beside);
  const { id } = others.add(TERMS, "theirs", 1);
  expect(keys.bySecret("theirs")?.revokedAtMs).toBeUndefined();
  others.revoke(id, 2);
  expect(keys.bySecret("theirs")?.revokedAtMs).toBe(2);
  expect(() => openDatabase(path)).toThrow(expect.objectContaining({ code: "STORE_FAILED" }));
});

test("counts days and months by the calendar of UTC", () => {
  const at = Date.UTC(2026, 11, 31, 23, 59);
  expect(periodAt("day", at)).toEqual({ fromMs: Date.UTC(2026, 11, 31), untilMs: Date.UTC(2027, 0, 1) });
  expect(periodAt("month", at)).toEqual({ fromMs: Date.UTC(2026, 11, 1), untilMs: Date.UTC(2027, 0, 1) });
  expect(periodAt("total", at)).toEqual({ fromMs: 0, untilMs: undefined });
});

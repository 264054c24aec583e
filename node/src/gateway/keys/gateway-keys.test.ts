import type { Hex } from "@lloom/protocol/commitment-types";
import type OpenAI from "openai";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { END, type StagedClient } from "../../../../test/support/staged-client.ts";
import { ASK, openai, post, type StagedGateway, stageGateway } from "../../../../test/support/staged-gateway.ts";
import { type ApiKeys, type KeyTerms, openApiKeys } from "../../store/client/api-keys.ts";
import { type KeySpending, openKeySpending } from "../../store/client/key-spending.ts";
import type { RequestCharge } from "../../store/client/request-charge.ts";
import { type Database, openDatabase } from "../../store/database/database.ts";
import type { Gateway } from "../gateway.ts";

const TERMS: KeyTerms = {
  ...{ name: "team", budget: undefined, models: undefined, perMinute: undefined, expiresAtMs: undefined },
};
const DAY_MS = 86_400_000;
/** The middle of a day. */
const NOON_MS = Date.UTC(2026, 10, 30, 12);
const hash = (index: number): Hex => `0x${index.toString(16).padStart(64, "0")}`;

let staged: StagedGateway;
let client: StagedClient;
let db: Database;
let keys: ApiKeys;
let spending: KeySpending;
let charges: Map<Hex, RequestCharge>;
let nowMs: number;
let steadyMs: number;
beforeEach(() => {
  staged = stageGateway();
  client = staged.client;
  db = openDatabase(staged.memory.path, { beside: true });
  keys = openApiKeys(db);
  spending = openKeySpending(db);
  charges = new Map();
  [nowMs, steadyMs] = [NOON_MS, 0];
});
afterEach(async () => {
  db[Symbol.dispose]();
  await staged[Symbol.asyncDispose]();
});

const store = () => ({
  ...{ keys, spending, chargeOf: (requestHash: Hex) => charges.get(requestHash) },
  ...{ clock: () => nowMs, steady: () => steadyMs },
});
const start = (): Promise<Gateway> => staged.start({ keys: store() });
const bearer = (secret: string) => ({ headers: { authorization: `Bearer ${secret}` } });
const add = (terms: Partial<KeyTerms> = {}, secret = "one"): string => {
  keys.add({ ...TERMS, ...terms }, secret, nowMs);
  return secret;
};
const ask = (gateway: Gateway, secret: string, change: object = {}) =>
  openai(gateway, secret).chat.completions.create({ ...ASK, ...change }) as Promise<OpenAI.ChatCompletion>;

/** Each request may cost 100 base units, and costs 7. */
function chargeEach(): void {
  let requests = 0;
  client.script = async function* ({ purse }) {
    const requestHash = hash(++requests);
    purse?.hold(requestHash, 100n);
    yield { type: "signed", requestHash };
    yield { type: "text", text: "It weaves." };
    charges.set(requestHash, { cost: 7n, inboundTokens: 9, outboundTokens: 13, isAnswered: true });
    yield { ...END, requestHash };
  };
}

describe("a key of the gateway's database", () => {
  it("is asked for once one was made, lets in, and is out at the next call after it was revoked elsewhere", async () => {
    const gateway = await start();
    expect((await ask(gateway, "none")).choices).toHaveLength(1);
    const secret = add();
    await expect(ask(gateway, "none")).rejects.toMatchObject({ status: 401, code: "invalid_api_key" });
    await ask(gateway, secret);
    using elsewhere = openDatabase(staged.memory.path, { beside: true });
    openApiKeys(elsewhere).revoke(1, nowMs);
    await expect(ask(gateway, secret)).rejects.toMatchObject({
      status: 401,
      message: expect.stringMatching(/revoked/),
    });
    await expect(ask(gateway, "none")).rejects.toMatchObject({ status: 401 });
    expect(staged.logged()).not.toContain(secret);
  });

  it("ends when its time is over, also in the middle of a call, before anything more is signed", async () => {
    const gateway = await start();
    const secret = add({ expiresAtMs: NOON_MS + 1 });
    await ask(gateway, secret);
    client.script = async function* ({ purse }) {
      nowMs = NOON_MS + 1;
      purse?.hold(hash(1), 1n);
      yield END;
    };
    await expect(ask(gateway, secret)).rejects.toMatchObject({ status: 401, code: "invalid_api_key" });
    await expect(ask(gateway, secret)).rejects.toMatchObject({ message: expect.stringMatching(/ended at 2026-11-30/) });
  });

  it("may use its models alone, by name or by hash, and sees no others", async () => {
    const gateway = await start();
    const secret = add({ models: ["lloom-tiny"] });
    await ask(gateway, secret, { model: "lloom-tiny@sha256:01234567" });
    await expect(ask(gateway, secret, { model: "meta-llama/Llama-3.2" })).rejects.toMatchObject({
      ...{ status: 403, code: "model_not_found", message: expect.stringMatching(/lloom-tiny\./) },
    });
    expect((await openai(gateway, secret).models.list()).data.map(({ id }) => id)).toEqual(["lloom-tiny"]);
  });

  it("may use weights that its entry names the beginning of, and sees what is sold under their name", async () => {
    const gateway = await start();
    const secret = add({ models: ["lloom-tiny@sha256:0e0e0e0e"] });
    await ask(gateway, secret, { model: `lloom-tiny@sha256:${"0e".repeat(32)}` });
    for (const model of ["lloom-tiny", "lloom-tiny@sha256:0e0e0e0f", "lloom-tiny@sha256:0e0e"])
      await expect(ask(gateway, secret, { model })).rejects.toMatchObject({
        status: model.endsWith("0e0e") ? 400 : 403,
      });
    const { models } = openai(gateway, secret);
    expect((await models.list()).data.map(({ id }) => id)).toEqual(["lloom-tiny"]);
    expect(await models.retrieve("lloom-tiny")).toMatchObject({ id: "lloom-tiny" });
    await expect(models.retrieve("meta-llama/Llama-3.2")).rejects.toMatchObject({ status: 404 });
  });

  it("asks so often in a minute, and is told when to come again", async () => {
    const gateway = await start();
    const secret = add({ perMinute: 2 });
    await ask(gateway, secret);
    await ask(gateway, secret);
    const refused = await post(gateway, ASK, bearer(secret));
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "30"]);
    const limits = ["limit", "remaining", "reset"].map((what) => refused.headers.get(`x-ratelimit-${what}-requests`));
    expect(limits).toEqual(["2", "0", "1m0s"]);
    expect(await refused.json()).toMatchObject({ error: { code: "rate_limit_exceeded" } });
    steadyMs = 30_000;
    await ask(gateway, secret);
    expect(client.asked).toHaveLength(3);
  });
});

describe("a key's budget", () => {
  it("covers what a request may cost before it is signed, is charged what it did cost, and says what to do when it is over", async () => {
    const gateway = await start();
    const secret = add({ budget: { amount: "0.00011", period: "day" } });
    chargeEach();
    const first = await post(gateway, ASK, bearer(secret));
    const budget = ["", "-remaining", "-reset"].map((what) => first.headers.get(`x-lloom-budget${what}`));
    expect(budget).toEqual(["110", "103", "43200"]);
    await ask(gateway, secret);
    expect(spending.spending(1, Date.UTC(2026, 10, 30))).toEqual({ spent: 14n, held: 0n });
    const refused = await post(gateway, ASK, bearer(secret));
    expect(refused.status).toBe(429);
    expect([refused.headers.get("retry-after"), refused.headers.get("x-should-retry")]).toEqual(["43200", "false"]);
    const { error } = (await refused.json()) as { error: Record<string, string> };
    expect(error).toMatchObject({
      type: "insufficient_quota",
      code: "insufficient_quota",
      lloom_code: "KEY_BUDGET_SPENT",
    });
    expect(error["message"]).toMatch(/0\.000096 LLT left.*may cost 0\.0001 LLT.*2026-12-01 00:00 UTC/);
    nowMs += DAY_MS;
    await ask(gateway, secret);
  });

  it("is not overspent by calls that come together", async () => {
    const gateway = await start();
    const secret = add({ budget: { amount: "0.00035", period: "total" } });
    chargeEach();
    const all = await Promise.allSettled(Array.from({ length: 12 }, () => ask(gateway, secret)));
    const answered = all.filter(({ status }) => status === "fulfilled").length;
    expect(answered).toBeGreaterThanOrEqual(3);
    expect(spending.spending(1, 0)).toEqual({ spent: 7n * BigInt(answered), held: 0n });
  });

  it("keeps what a cut-off request may cost until it is known, also over the end of the process", async () => {
    const secret = add({ budget: { amount: "0.00015", period: "total" } });
    client.script = async function* ({ purse }) {
      purse?.hold(hash(1), 100n);
      yield { type: "signed", requestHash: hash(1) };
      yield { type: "text", text: "It" };
    };
    await expect(ask(await start(), secret)).rejects.toMatchObject({ status: 502 });
    expect(spending.spending(1, 0)).toEqual({ spent: 0n, held: 100n });
    charges.set(hash(1), { cost: 60n, inboundTokens: 1, outboundTokens: 1, isAnswered: true });
    await start();
    expect(spending.spending(1, 0)).toEqual({ spent: 60n, held: 0n });
  });

  it("and what was spent of it are told to whoever has the key", async () => {
    const gateway = await start();
    const secret = add({ budget: { amount: "1", period: "month" }, perMinute: 60 });
    chargeEach();
    await ask(gateway, secret);
    const get = async (path: string, key = secret): Promise<unknown> =>
      (await fetch(`${gateway.url}/v1/${path}`, bearer(key))).json();
    expect(await get("key")).toMatchObject({
      data: {
        ...{ label: "team", limit: 1, limit_remaining: 0.999993, limit_reset: "monthly", usage: 0.000007 },
        ...{ rate_limit: { requests: 60, interval: "60s" }, lloom: { left: "999993", token: "LLT" } },
      },
    });
    expect(await get("usage?days=400")).toMatchObject({
      data: [{ date: "2026-11-30", model: "lloom-tiny", requests: 1, prompt_tokens: 9, cost: "7", amount: "0.000007" }],
    });
    expect(await get("usage?days=0")).toMatchObject({ error: { message: expect.stringMatching(/from 1 to 400/) } });
  });
});

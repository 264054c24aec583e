import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { END } from "../../../../test/support/staged-client.ts";
import { ASK, openai, post, type StagedGateway, stageGateway } from "../../../../test/support/staged-gateway.ts";
import { openApiKeys } from "../../store/client/api-keys.ts";
import { openKeySpending } from "../../store/client/key-spending.ts";
import { openDatabase } from "../../store/database/database.ts";
import type { Gateway } from "../gateway.ts";

const HOUR_MS = 3_600_000;

let staged: StagedGateway;
beforeEach(() => {
  staged = stageGateway();
  let asked = 0;
  staged.client.script = async function* () {
    yield { type: "text", text: `answer ${++asked}` };
    yield END;
  };
});
afterEach(async () => {
  vi.useRealTimers();
  await staged[Symbol.asyncDispose]();
});

/** What an answer says, and whether it was one that was given before. */
async function told(gateway: Gateway, change: object = {}, headers: Record<string, string> = {}) {
  const reply = await post(gateway, { ...ASK, ...change }, { headers });
  const { choices } = (await reply.json()) as { choices: { message: { content: string } }[] };
  return [choices[0]?.message.content, reply.headers.get("x-lloom-cache")];
}

describe("a gateway that gives answers again", () => {
  it("asks nobody the same question twice, streamed or not, and says that the answer is an old one, and how old", async () => {
    const gateway = await staged.start({ cacheMs: HOUR_MS });
    expect(await told(gateway)).toEqual(["answer 1", null]);
    expect(await told(gateway)).toEqual(["answer 1", "hit"]);
    const again = await post(gateway, ASK);
    expect(again.headers.get("age")).toBe("0");
    expect(again.headers.get("x-lloom-receipt")).not.toBeNull();
    const stream = await openai(gateway).chat.completions.create({ ...ASK, stream: true });
    let text = "";
    for await (const { choices } of stream) text += choices[0]?.delta.content ?? "";
    expect(text).toBe("answer 1");
    expect(staged.client.asked).toHaveLength(1);
  });

  it.each<readonly [string, object]>([
    ["another text", { messages: [{ role: "user", content: "another question" }] }],
    ["another model", { model: "meta-llama/Llama-3.2" }],
    ["another temperature", { temperature: 0.5 }],
    ["another seed", { seed: 5 }],
    ["another limit", { max_tokens: 5 }],
    ["other executors", { provider: { ignore: ["0x00000000000000000000000000000000000000aa"] } }],
    ["another price", { provider: { max_price: { prompt: 5 } } }],
    ["another stake", { provider: { min_stake: "5" } }],
    ["another check", { provider: { verify: "none" } }],
    ["other fallbacks", { models: ["meta-llama/Llama-3.2"] }],
  ])("takes a question with %s for another one", async (_, change) => {
    const gateway = await staged.start({ cacheMs: HOUR_MS });
    await told(gateway);
    expect((await told(gateway, change))[1]).toBeNull();
    expect((await told(gateway, change))[1]).toBe("hit");
  });

  it("asks anew when the time is over, and where the call wants that", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: 1_900_000_000_000 });
    const gateway = await staged.start({ cacheMs: 60_000 });
    await told(gateway);
    vi.setSystemTime(1_900_000_059_999);
    expect(await told(gateway)).toEqual(["answer 1", "hit"]);
    vi.setSystemTime(1_900_000_060_000);
    expect(await told(gateway)).toEqual(["answer 2", null]);
    expect(await told(gateway, {}, { "cache-control": "no-store" })).toEqual(["answer 3", null]);
    expect(await told(gateway)).toEqual(["answer 2", "hit"]);
    expect(await told(gateway, {}, { "cache-control": "no-cache" })).toEqual(["answer 4", null]);
    expect(await told(gateway)).toEqual(["answer 4", "hit"]);
  });

  it("gives nobody what another caller got, and nothing that failed or broke off", async () => {
    using db = openDatabase(staged.memory.path, { beside: true });
    const keys = openApiKeys(db);
    const terms = { budget: undefined, models: undefined, perMinute: undefined, expiresAtMs: undefined };
    for (const name of ["one", "two"]) keys.add({ ...terms, name }, name, Date.now());
    const spending = openKeySpending(db);
    const gateway = await staged.start({
      cacheMs: HOUR_MS,
      keys: { keys, spending, chargeOf: () => undefined },
    });
    const by = (key: string) => told(gateway, {}, { authorization: `Bearer ${key}` });
    expect([await by("one"), await by("two"), await by("one")]).toEqual([
      ["answer 1", null],
      ["answer 2", null],
      ["answer 1", "hit"],
    ]);
    const given = staged.client.script;
    staged.client.script = async function* () {
      yield { type: "text", text: "half an" };
      throw new Error("broken");
    };
    const change = { messages: [{ role: "user", content: "what breaks" }] };
    const headers = { authorization: "Bearer one" };
    expect((await post(gateway, { ...ASK, ...change }, { headers })).status).toBeGreaterThanOrEqual(500);
    staged.client.script = given;
    expect(await told(gateway, change, headers)).toEqual(["answer 3", null]);
  });

  it("gives nothing again unless it is told to", async () => {
    const gateway = await staged.start();
    expect([await told(gateway), await told(gateway)]).toEqual([
      ["answer 1", null],
      ["answer 2", null],
    ]);
  });
});

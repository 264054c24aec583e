import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { END, failing, type StagedClient } from "../../../test/support/staged-client.ts";
import { ASK, openai, type StagedGateway, stageGateway } from "../../../test/support/staged-gateway.ts";
import { LloomError } from "../errors.ts";
import type { Gateway } from "./gateway.ts";

let staged: StagedGateway;
let client: StagedClient;
beforeEach(() => {
  staged = stageGateway();
  client = staged.client;
});
afterEach(() => staged[Symbol.asyncDispose]());
const start = (): Promise<Gateway> => staged.start();

describe("what a request wants of the provider", () => {
  it("asks for the reputation and the stake that the request names, in base units, and refuses digits that no token has", async () => {
    const gateway = await start();
    const ask = (provider: object) =>
      openai(gateway).chat.completions.create({ ...ASK, provider } as unknown as typeof ASK);
    await ask({ min_reputation: 0.4, min_stake: "2.5" });
    expect(client.asked[0]?.question.demands).toEqual({ minReputation: 0.4, minStake: 2_500_000n });
    await expect(ask({ min_stake: "0.1234567" })).rejects.toMatchObject({ status: 400, param: "provider.min_stake" });
  });

  it("asks for the check that the request names, and tells of every copy what it said and cost", async () => {
    const gateway = await start();
    const ask = (provider: object) =>
      openai(gateway)
        .chat.completions.create({ ...ASK, provider } as unknown as typeof ASK)
        .withResponse();
    const copies = [true, false, true].map((agrees) => ({ ...END, agrees }));
    client.script = async function* () {
      yield { type: "text", text: "It weaves." };
      yield { ...END, copies };
    };
    const { data, response } = await ask({ verify: "redundant:3" });
    expect(client.asked[0]?.question.verification).toEqual({ type: "redundant", executors: 3 });
    const { lloom } = data as unknown as { lloom: { cost: string; copies: { agrees: boolean; cost: string }[] } };
    expect(lloom.copies.map(({ agrees }) => agrees)).toEqual([true, false, true]);
    const total = lloom.copies.reduce((sum, { cost }) => sum + BigInt(cost), 0n);
    expect(response.headers.get("x-lloom-agreement")).toBe("2/3");
    expect([lloom.cost, response.headers.get("x-lloom-cost")]).toEqual([String(total), String(total)]);
  });

  it("asks of whom, in which order and within which prices the request says, by OpenRouter's names", async () => {
    const gateway = await start();
    const [one, two] = [`0x${"e1".repeat(20)}`, `0x${"e2".repeat(20)}`];
    const ask = (change: object) =>
      openai(gateway).chat.completions.create({ ...ASK, ...change } as unknown as typeof ASK);
    const provider = {
      ...{ order: [one], only: [one, two], ignore: [two], allow_fallbacks: false, require_parameters: true },
      ...{ quantizations: ["fp16", "unknown"], sort: "latency", max_price: { prompt: 0.5, completion: "1.25" } },
    };
    await ask({ provider });
    expect(client.asked[0]?.question).toMatchObject({
      maxPrice: { inbound: 500_000n, outbound: 1_250_000n },
      preference: {
        ...{ order: [one], only: [one, two], ignore: [two], allowFallbacks: false },
        ...{ quantisations: ["fp16", "unknown"], sort: "latency" },
      },
    });
    await ask({ model: "lloom-tiny:floor" });
    await ask({ model: "lloom-tiny:nitro", provider: { sort: "price", data_collection: "allow" } });
    await ask({ model: "lloom-tiny:exacto" });
    expect(client.asked.slice(1).map(({ question: { model, preference } }) => [model, preference?.sort])).toEqual([
      ["lloom-tiny", "price"],
      ["lloom-tiny", "price"],
      ["lloom-tiny", "exacto"],
    ]);
    for (const [wrong, param] of [
      [{ order: ["openai"] }, "provider.order[0]"],
      [{ quantizations: ["q5"] }, "provider.quantizations[0]"],
      [{ max_price: { image: 1 } }, "provider.max_price.image"],
      [{ data_collection: "deny" }, "provider.data_collection"],
      [{ sort: "cheap" }, "provider.sort"],
    ])
      await expect(ask({ provider: wrong })).rejects.toMatchObject({ status: 400, param });
  });

  it("asks for the next of its models when nobody answers for one, until text came, and says which answered", async () => {
    const gateway = await start();
    const other = "meta-llama/Llama-3.2";
    const models = ["lloom-tiny", other];
    client.script = async function* ({ model }) {
      if (model === "lloom-tiny") throw new LloomError("NO_EXECUTOR", "Nobody.");
      const { receipt } = END;
      yield { type: "text", text: "It weaves." };
      yield { ...END, receipt: { ...receipt, request: { ...receipt.request, model } } };
    };
    const ask = (change: object) =>
      openai(gateway).chat.completions.create({ ...ASK, ...change } as unknown as typeof ASK);
    expect((await ask({ models })).model).toBe(other);
    expect(client.asked.map(({ question }) => question.model)).toEqual(models);
    await expect(ask({ models: ["lloom-tiny"] })).rejects.toMatchObject({ status: 503 });
    client.script = () => failing(new LloomError("STREAM_INTERRUPTED", "Gone."), "It");
    await expect(ask({ models })).rejects.toMatchObject({ status: 502 });
    client.script = () => failing(new LloomError("INSUFFICIENT_FUNDS", "No money."));
    await expect(ask({ models })).rejects.toMatchObject({ status: 402 });
    expect(client.asked).toHaveLength(5);
  });
});

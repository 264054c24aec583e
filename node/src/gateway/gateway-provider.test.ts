import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { END, type StagedClient } from "../../../test/support/staged-client.ts";
import { ASK, openai, type StagedGateway, stageGateway } from "../../../test/support/staged-gateway.ts";
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
});

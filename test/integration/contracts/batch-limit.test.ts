import type { Wallet } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LANE_START, signAnswer } from "../../support/contracts/lane.ts";
import { type Market, openMarket } from "../../support/contracts/market.ts";

/** EIP-7825: the most gas that one transaction may use. */
const TRANSACTION_GAS = 2n ** 24n;

describe("the largest batch", () => {
  let market: Market;
  beforeAll(async () => {
    market = await openMarket();
  });
  afterAll(() => market.connection.close());

  it("fits one transaction even if no slot was ever written", async () => {
    const { accounting, domain } = market;
    const limit = Number(await accounting.read("MAX_PAIRS"));
    const executors: Wallet[] = [];
    // Every pair has a client, an executor and a lane that the chain has never seen.
    for (let i = 0; i < limit; i++) executors.push(await market.enrol(`batch executor ${i}`));
    const clients: Wallet[] = [];
    for (const [i, executor] of executors.entries())
      clients.push(await market.open(`batch client ${i}`, executor.address));
    const deadline = await market.deadline();
    const pairs = executors.flatMap((executor, i) => {
      const client = clients[i];
      if (client === undefined) return [];
      return [
        signAnswer({ domain, client, executor, deadline }, LANE_START, { inboundTokens: 9n, outboundTokens: 9n }).pair,
      ];
    });
    const [sender] = executors;
    if (sender === undefined) throw new TypeError("the limit is zero");
    const receipt = await accounting.send(sender, "settle", pairs);
    expect(accounting.events(receipt).map((event) => event.name)).toEqual(Array(limit).fill("LaneSettled"));
    expect(receipt.gasUsed).toBeLessThan(TRANSACTION_GAS);
  });
});

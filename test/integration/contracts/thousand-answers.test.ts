import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { INBOUND_PRICE, LANE_START, type LaneState, OUTBOUND_PRICE, signAnswer } from "../../support/contracts/lane.ts";
import { type Market, openMarket } from "../../support/contracts/market.ts";
import { REJECTION } from "../../support/contracts/typed-data.ts";

const ANSWERS = 1_000;

/** Token counts that look like a conversation's, the same in every run. */
const answerAt = (i: number) => ({
  inboundTokens: BigInt(17 + ((i * 7_919) % 4_001)),
  outboundTokens: BigInt(1 + ((i * 104_729) % 2_003)),
});

/** Base units, rounded up per answer; written without the code under test. */
const costOf = ({ inboundTokens, outboundTokens }: ReturnType<typeof answerAt>): bigint => {
  const millionths = inboundTokens * INBOUND_PRICE + outboundTokens * OUTBOUND_PRICE;
  return millionths / 1_000_000n + (millionths % 1_000_000n === 0n ? 0n : 1n);
};

describe("a lane of a thousand answers", () => {
  let market: Market;
  beforeAll(async () => {
    market = await openMarket();
  });
  afterAll(() => market.connection.close());

  it("settles with one transaction of its newest pair", async () => {
    const { accounting, domain } = market;
    const executor = await market.enrol("thousandfold executor");
    const client = await market.open("thousandfold client", executor.address);
    const parties = { domain, client, executor, deadline: await market.deadline() };

    // One settled answer before, so that every slot is in its steady state.
    const warmUp = signAnswer(parties, LANE_START, answerAt(0));
    await accounting.send(executor, "settle", [warmUp.pair]);
    const before: LaneState = warmUp.after;

    let newest = warmUp;
    const expected = { cost: 0n, inbound: 0n, outbound: 0n, last: 0n };
    for (let i = 1; i <= ANSWERS; i++) {
      const answer = answerAt(i);
      newest = signAnswer(parties, newest.after, answer);
      expected.last = costOf(answer);
      expected.cost += expected.last;
      expected.inbound += answer.inboundTokens;
      expected.outbound += answer.outboundTokens;
    }

    const receipt = await accounting.send(executor, "settle", [newest.pair]);
    const [event, ...others] = accounting.events(receipt);
    expect(others).toEqual([]);
    expect(event?.args.toObject()).toMatchObject({
      client: client.address,
      executor: executor.address,
      nonce: BigInt(ANSWERS + 1),
      requests: BigInt(ANSWERS),
      inboundTokens: expected.inbound,
      outboundTokens: expected.outbound,
      acknowledgedPaid: expected.cost - expected.last,
      tailPaid: expected.last,
      laneCost: before.cost + expected.cost,
      unpaid: 0n,
      channelBalance: 1_000_000_000n - before.cost - expected.cost,
    });
    expect(await accounting.read("withdrawableEarnings", executor.address)).toBe(expected.cost - expected.last);
    expect(await accounting.read("clientNonces", client.address, executor.address, 1n)).toBe(BigInt(ANSWERS + 1));
    expect(receipt.gasUsed).toBeLessThanOrEqual(95_000n);

    // Neither the newest nor any older pair pays again.
    expect(await accounting.read("checkPair", newest.pair)).toBe(REJECTION.Nonce);
    expect(await accounting.read("checkPair", warmUp.pair)).toBe(REJECTION.Nonce);
  });
});

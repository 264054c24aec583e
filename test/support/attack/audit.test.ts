import type { Receipt } from "@lloom/protocol/commitment-types";
import { EMPTY_LANE } from "@lloom/protocol/lane";
import { describe, expect, it } from "vitest";
import { createExchange, testIdentity } from "../exchange.ts";
import type { SettledPair } from "../settled-pairs.ts";
import {
  believedLies,
  harmed,
  incriminated,
  lostDeposits,
  miscounted,
  overpaid,
  paidTwice,
  strayReceipts,
} from "./audit.ts";
import type { Books, ClientBook, ExecutorBook } from "./books.ts";
import type { ToldDeeds } from "./liar.ts";
import { DEPOSIT, STAKE } from "./seat.ts";

const exchange = createExchange();
const { client, executor } = exchange;
const liar = testIdentity("liar");

/** A signed answer as logs keep it; the same request whatever the tokens. */
function signed(tokens: { readonly outbound?: bigint } = {}, by = exchange) {
  const asked = by.ask(EMPTY_LANE);
  const { response, responseHash, executorSignature } = by.answer(EMPTY_LANE, asked, tokens);
  const { request, requestHash, clientSignature } = asked;
  const receipt: Receipt = { request, response, clientSignature, executorSignature };
  return { requestHash, responseHash, receipt, cursor: 1, answeredAtMs: 0 };
}

const answer = signed();
const COST = answer.receipt.response.cumulativeCost;
const own = { ...answer, contentSalt: answer.requestHash, promptSalt: answer.requestHash, receivedAtMs: 0 };
const pair: SettledPair = {
  ...{ client: client.address, executor: executor.address, lane: 1n, nonce: 1n, responseHash: answer.responseHash },
  ...{ paid: COST, laneCost: COST, unpaid: 0n },
};
const member: ExecutorBook["member"] = {
  ...{ role: "executor", registeredAt: 1n, stake: STAKE, unbonding: 0n, unbondAt: 0n, frozen: 0n, jailedUntil: 0n },
};

/** One client that has paid one answer of one executor; changed as a case wants it. */
function books(change: {
  readonly client?: Partial<ClientBook>;
  readonly executor?: Partial<ExecutorBook>;
  readonly settled?: readonly SettledPair[];
}): Books {
  const money = { deposit: DEPOSIT - 1_000n, channels: 1_000n - COST };
  const buyer = { address: client.address, ...money, receipts: [own], requests: new Set([answer.requestHash]) };
  const seller = {
    name: "executor-1",
    address: executor.address,
    member,
    receipts: [answer],
    owed: 0n,
    earnings: COST,
  };
  return {
    clients: [{ ...buyer, ...change.client }],
    executors: [{ ...seller, ...change.executor }],
    settled: change.settled ?? [pair],
    escrow: DEPOSIT,
  };
}

const deeds = (change: Partial<ToldDeeds>): ToldDeeds => ({
  ...{ lie: "inflates", executor: liar.address, client: client.address, honest: 0, lies: 1, earned: "0", caps: "0" },
  ...change,
});

describe("an audit", () => {
  it("finds nothing in books that are right", () => {
    const right = books({});
    const checks = [lostDeposits, paidTwice, miscounted, harmed, incriminated, strayReceipts];
    expect(checks.flatMap((check) => check(right))).toEqual([]);
    expect(overpaid(right, [deeds({})])).toEqual([]);
    expect(believedLies(right, [deeds({})])).toEqual([]);
  });

  it("misses a unit of a client", () => {
    expect(lostDeposits(books({ client: { channels: 999n - COST } }))).toHaveLength(1);
  });

  it("sees a pair that was settled twice, and a lane that was paid more than it costs", () => {
    expect(paidTwice(books({ settled: [pair, pair] }))).toHaveLength(2);
    expect(paidTwice(books({ settled: [{ ...pair, paid: COST + 1n }] }))).toHaveLength(1);
  });

  it("lets the rest of a shortfall be paid by the same pair", () => {
    const rest = { ...pair, paid: 1n };
    expect(
      paidTwice(books({ settled: [{ ...pair, paid: COST - 1n, laneCost: COST - 1n, unpaid: 1n }, rest] })),
    ).toEqual([]);
  });

  it("sees a receipt that costs more than its counts", () => {
    const { request, response } = answer.receipt;
    const dear = { ...answer.receipt, request, response: { ...response, cumulativeCost: COST + 1n } };
    expect(miscounted(books({ executor: { receipts: [{ ...answer, receipt: dear }] } }))).toHaveLength(1);
  });

  it.each<[string, Partial<ExecutorBook>]>([
    ["less stake", { member: { ...member, stake: STAKE - 1n } }],
    ["frozen stake", { member: { ...member, frozen: 1n } }],
    ["time in jail", { member: { ...member, jailedUntil: 1n } }],
    [
      "an answer that nobody pays any more",
      { receipts: [answer, { ...answer, receipt: signed({ outbound: 1n }).receipt }] },
    ],
    ["earnings that the escrow does not hold", { earnings: COST - 1n }],
  ])("sees an honest executor with %s", (_what, change) => {
    expect(harmed(books({ executor: change }))).toHaveLength(1);
  });

  it("takes for whole what is owed and not yet settled", () => {
    expect(harmed(books({ executor: { owed: COST, earnings: 0n }, settled: [] }))).toEqual([]);
  });

  it("finds two answers to one request, wherever each is kept", () => {
    const other = signed({ outbound: 1n });
    expect(incriminated(books({ executor: { receipts: [other] } }))).not.toEqual([]);
  });

  it("finds an answer that its executor has lost, and one that nobody asked for", () => {
    expect(strayReceipts(books({ executor: { receipts: [] } }))).toHaveLength(1);
    expect(strayReceipts(books({ client: { requests: new Set() } }))).toHaveLength(1);
  });

  it("holds a liar to the caps of what it lied to, and clients to answers that were right", () => {
    const taken = { ...pair, executor: liar.address };
    expect(overpaid(books({ settled: [taken] }), [deeds({ caps: String(COST - 1n) })])).toHaveLength(1);
    expect(overpaid(books({ settled: [taken] }), [deeds({ caps: String(COST) })])).toEqual([]);
    const lie = signed({}, createExchange({ executor: liar }));
    const believed = books({ client: { receipts: [own, { ...own, ...lie }] } });
    expect(believedLies(believed, [deeds({})])).toHaveLength(1);
    expect(believedLies(believed, [deeds({ honest: 1 })])).toEqual([]);
  });
});

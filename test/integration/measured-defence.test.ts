/** How an executor stands up to complaints about models and counts, and what each costs whom, to the unit. */

import type { Hex } from "@lloom/protocol/commitment-types";
import { measuredDisputesFacts } from "@lloom/protocol/generated/facts";
import type { VoteChoice } from "@lloom/protocol/votes";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { senderOf } from "../../node/src/chain/account/actions.ts";
import type { Chain } from "../../node/src/chain/chain.ts";
import { LloomError } from "../../node/src/errors.ts";
import { type AnswerDisputesOptions, answerDisputes } from "../../node/src/executor/dispute/answer-disputes.ts";
import { type ExecutorLog, openExecutorLog } from "../../node/src/store/executor/executor-log.ts";
import { Court, type Sale, type Somebody } from "../support/court.ts";
import { silentLog } from "../support/hosts.ts";
import { eventually } from "../support/processes.ts";

/** Both panels. */
const JURORS = 16;
/** At a stake of 10 000: a fifth of it, a 250th of that for a juror, and sixteen of those. */
const [STAKE, PENALTY, FEE] = [10_000_000_000n, 2_000_000_000n, 8_000_000n];
const BOND = 16n * FEE;
const PATIENCE_MS = 120_000;
const { APPEAL_PERIOD, ANSWER_PERIOD } = measuredDisputesFacts;

const EXECUTORS = ["right", "wronged", "bounded", "forgetful", "counting", "reorganised", "ended"];
let court: Court;
beforeAll(async () => {
  court = await Court.open({ jurors: JURORS, executors: EXECUTORS });
});
afterAll(() => court[Symbol.asyncDispose]());

interface Accused extends AsyncDisposable {
  readonly executor: Somebody;
  readonly store: ExecutorLog;
  readonly sale: Sale;
}

/** An executor with one answer, which looks after its disputes. */
async function accused(name: string, change: Partial<AnswerDisputesOptions> = {}): Promise<Accused> {
  const executor = await court.as(name);
  const log = openExecutorLog(court.database(executor));
  const sale = await court.sell(executor, log, `${name} client`);
  const store = change.store ?? log;
  const duties = answerDisputes({
    ...{ chain: executor.chain, executor: executor.identity.address, store, log: silentLog },
    ...{ appeals: "auto", mostDeposits: STAKE, count: async () => undefined },
    ...{ pollMs: 100, everyMs: 500, onNews: () => undefined, onWon: () => undefined },
    ...change,
  });
  return { executor, store: log, sale, [Symbol.asyncDispose]: () => duties[Symbol.asyncDispose]() };
}

const says = ({ store }: Accused, id: Hex, state: string): Promise<void> =>
  eventually(`it says ${state}`, PATIENCE_MS, () => store.findDuty("defend", id)?.state === state);
/** A chain of its own, whose transactions are noted; the one that the process ends at does not arrive. */
async function sending(name: string, sent: string[], fatal?: RegExp): Promise<Chain> {
  const { chain } = await court.as(name);
  const sender = senderOf(chain);
  const send = sender.send.bind(sender);
  sender.send = async (call, options) => {
    sent.push(call.what);
    if (fatal?.test(call.what)) throw new LloomError("CHAIN_UNREACHABLE", "The process ended.");
    return send(call, options);
  };
  return chain;
}
const five = (choice: VoteChoice): VoteChoice[] => Array(5).fill(choice);

describe("an honest executor that is accused of another model", () => {
  it("is found to be right, keeps everything, and has half of what is left of the bond", async () => {
    await using one = await accused("right");
    const { executor, sale } = one;
    const [before, client] = [await court.wealth(executor), await court.wealth(sale.client)];
    const id = await court.complain(sale);
    await says(one, id, "drawn");
    await court.judge(id, five("Match"));
    await says(one, id, "favoured");
    await court.later(APPEAL_PERIOD);
    // It ends the dispute itself: nobody else is there to do it.
    expect(await court.standing(id, "closed")).toMatchObject({ outcome: "rejected" });
    await says(one, id, "rejected");
    const half = (BOND - 5n * FEE) / 2n;
    expect(await court.wealth(executor)).toEqual({ ...before, credit: half });
    expect(await court.wealth(sale.client)).toEqual({ ...client, wallet: client.wallet - BOND });
  });

  it("appeals against five who are wrong, wins before eleven, and has its deposit back", async () => {
    await using one = await accused("wronged");
    const { executor, sale } = one;
    await court.market.fund("wronged", 3n * BOND);
    const before = await court.wealth(executor);
    const id = await court.complain(sale);
    await says(one, id, "drawn");
    await court.judge(id, five("Mismatch"));
    await says(one, id, "drawn");
    expect((await court.wealth(executor)).wallet).toBe(before.wallet - 2n * BOND);
    await court.judge(id, Array(11).fill("Match"));
    await says(one, id, "favoured");
    await court.later(APPEAL_PERIOD);
    expect(await court.standing(id, "closed")).toMatchObject({ outcome: "rejected" });
    // Eleven were right and are paid; its deposit is back, with half of what they left of the bond.
    const half = (BOND - 11n * FEE) / 2n;
    const [wallet, credit] = [before.wallet - 2n * BOND, 2n * BOND + half];
    expect(await court.wealth(executor)).toEqual({ ...before, wallet, credit });
  });

  it("appeals once and approves its deposit once, though its process ends between the two", async () => {
    const executor = await court.as("ended");
    const [first, second]: [string[], string[]] = [[], []];
    await court.market.fund("ended", 3n * BOND);
    let id: Hex = "0x";
    let store: ExecutorLog;
    {
      await using ended = await accused("ended", { chain: await sending("ended", first, /appeal/) });
      ({ store } = ended);
      id = await court.complain(ended.sale);
      await says(ended, id, "drawn");
      await court.judge(id, five("Mismatch"));
      await eventually("it would appeal", PATIENCE_MS, () => first.some((what) => /appeal/.test(what)));
    }
    const before = await court.wealth(executor);
    await using again = await accused("ended", { store, chain: await sending("ended", second) });
    await says({ ...again, store }, id, "drawn");
    expect((await court.wealth(executor)).wallet).toBe(before.wallet - 2n * BOND);
    expect(first.filter((what) => /approve/.test(what))).toHaveLength(1);
    expect(second.filter((what) => /approve|appeal/.test(what))).toEqual([expect.stringMatching(/appeal/)]);
  });

  it("does not appeal beyond the bound on deposits, says so, and loses no more than the penalty", async () => {
    await using one = await accused("bounded", { mostDeposits: 2n * BOND - 1n });
    const { executor, sale } = one;
    await court.market.fund("bounded", 3n * BOND);
    const before = await court.wealth(executor);
    const id = await court.complain(sale);
    await says(one, id, "drawn");
    await court.judge(id, five("Mismatch"));
    await says(one, id, "unaffordable");
    await court.later(APPEAL_PERIOD);
    expect(await court.standing(id, "closed")).toMatchObject({ outcome: "upheld" });
    const { stake, wallet } = await court.wealth(executor);
    expect({ stake, wallet }).toEqual({ stake: before.stake - PENALTY, wallet: before.wallet });
    await says(one, id, "upheld");
  });
});

describe("an executor that has lost the answer", () => {
  it("says nothing until its time is over: that is no guilt, and the jury is asked for all the same", async () => {
    const executor = await court.as("forgetful");
    const store = openExecutorLog(court.database(executor));
    await using one = await accused("forgetful", { store });
    const id = await court.complain(one.sale);
    await says({ ...one, store }, id, "unanswerable");
    await court.later(ANSWER_PERIOD);
    expect(await court.standing(id, "draw")).toMatchObject({ verdict: "none" });
  });
});

describe("an executor that can see that its counts were wrong", () => {
  it("concedes: the client has its money back, and a quarter of the smallest penalty is slashed", async () => {
    const counts = { inboundTokens: 4, outboundTokens: 5 };
    await using one = await accused("counting", { count: async () => ({ counts, isSameVersion: true }) });
    const { executor, sale } = one;
    const before = await court.wealth(executor);
    const client = await court.wealth(sale.client);
    const id = await court.complain(sale, { kind: "TokenInflation", counted: [4, 5] });
    expect(await court.standing(id, "closed")).toMatchObject({ outcome: "conceded" });
    await says(one, id, "conceded");
    const after = await court.wealth(executor);
    const quarter = before.stake / 20n / 4n;
    expect(after.stake).toBe(before.stake - quarter);
    const paid = sale.receipt.response.cumulativeCost;
    expect(after.settled).toBe(before.settled - paid);
    const { deposit, shares, credit, wallet } = await court.wealth(sale.client);
    const bond = client.wallet - wallet;
    expect({ deposit, shares, credit }).toEqual({
      deposit: client.deposit + paid,
      shares: (quarter * 3n) / 10n,
      credit: bond,
    });
  });
});

describe("a reorganisation", () => {
  it("that takes a dispute back ends the duty, and one that brings another begins it anew", async () => {
    await using one = await accused("reorganised");
    const { networkHelpers } = court.market;
    const undisputed = await networkHelpers.takeSnapshot();
    const id = await court.complain(one.sale);
    await says(one, id, "drawn");
    await undisputed.restore();
    for (let block = 0; block < 6; block++) await networkHelpers.mine();
    await says(one, id, "gone");
    expect(await court.complain(one.sale)).toBe(id);
    await says(one, id, "drawn");
  });
});

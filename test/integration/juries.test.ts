/** Juries of real nodes: evidence fetched over libp2p and counted again, votes kept through a kill, and everybody paid to the unit. */
import type { Hex } from "@lloom/protocol/commitment-types";
import { juryFacts, measuredDisputesFacts } from "@lloom/protocol/generated/facts";
import { profileText } from "@lloom/protocol/profile";
import { Transaction } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TokenCounter } from "../../node/src/backend/counting/token-counter.ts";
import { jury } from "../../node/src/chain/contracts.ts";
import { readPanel } from "../../node/src/chain/disputes/jury.ts";
import { readPastLogs } from "../../node/src/chain/watch/past-logs.ts";
import type { ValidatorLog } from "../../node/src/store/validator/validator-log.ts";
import type { Judge } from "../../node/src/validator/jury/judge.ts";
import { judgeCounts } from "../../node/src/validator/jury/judge-counts.ts";
import { countSale, openSeller, type Seller, showSales, TINY } from "../support/counted-sales.ts";
import { Court, OF_COUNTS, type Selling } from "../support/court.ts";
import {
  allRevealed,
  openBench,
  type Seated,
  type Sitting,
  seatsOf,
  sit as sitDown,
  votesOf,
} from "../support/jury-bench.ts";
import { eventually } from "../support/processes.ts";
import { openGate, type RpcGate } from "../support/rpc-gate.ts";

const VOCABULARY: Hex = `0x${"dd".repeat(32)}`;
const PROFILE = profileText({ backend: "llama.cpp", maxContext: 64, evidence: "trace", vocabulary: VOCABULARY });
const JURORS = 7;
const PATIENCE_MS = 180_000;
const { PENALTY, BOND, FEE } = OF_COUNTS;
const { ANSWER_PERIOD, APPEAL_PERIOD } = measuredDisputesFacts;
const { COMMIT_PERIOD, REVEAL_PERIOD } = juryFacts;
const HOUR = 3_600n;
const SEND = "eth_sendRawTransaction";
/** What was charged for every answer here. */
const STATED = { inboundTokens: 12, outboundTokens: 5 };

const stack = new AsyncDisposableStack();
const counter = stack.use(new TokenCounter());
let court: Court;
/** The jurors' way to the chain. */
let gate: RpcGate;
let seller: Seller;
let bench: Seated[];

beforeAll(async () => {
  court = stack.use(await Court.open({ jurors: JURORS, executors: ["seller"] }));
  gate = stack.use(await openGate(court.url));
  seller = await openSeller(court, stack, "seller");
  bench = await openBench(court, stack, gate.rpcUrl);
});
afterAll(() => stack.disposeAsync());

/** Counts by the shipped vocabulary, whatever weights were signed; what it makes is what the sales here promise. */
const counting: Judge = (shown) =>
  judgeCounts(
    {
      ...{ weightsOf: () => ({ path: TINY, vocabulary: VOCABULARY }), profileOf: () => undefined },
      fetchVocabulary: () => expect.fail("The weights are here."),
      count: (question) => counter.count(question),
    },
    shown,
  );
/** Finds the opposite of what it would. */
const lying: Judge = async (shown, signal) => {
  const { choice, why } = await counting(shown, signal);
  return { choice: choice === "Match" ? "Mismatch" : "Match", why };
};

const sit = (judge: Judge, tap?: Sitting["tap"]): AsyncDisposable =>
  sitDown(bench, { judgeOf: () => judge, seller: seller.host, ...(tap === undefined ? {} : { tap }) });

const sell = (client: string, selling: Selling) => court.sell(seller.executor, seller.store, client, selling);

describe("two juries at once", () => {
  it("vote what they found before they were killed, whatever they find now, and the truth costs whom it should", async () => {
    await using _shown = await showSales(seller);
    const inflated = await sell("overcharged client", { text: "Hi", profile: PROFILE });
    const honest = await sell("accusing client", { profile: PROFILE });
    const counts = await countSale(counter, inflated);
    expect(counts.outboundTokens).toBeLessThan(STATED.outboundTokens);
    expect((await countSale(counter, honest)).outboundTokens).toBeGreaterThan(1);
    const before = await court.wealth(seller.executor);
    const [victim, liar] = [await court.wealth(inflated.client), await court.wealth(honest.client)];
    const jurors = await Promise.all(bench.map(({ juror }) => court.wealth(juror)));
    const inbound = Math.min(STATED.inboundTokens, counts.inboundTokens);
    const guilty = await court.complain(inflated, {
      kind: "TokenInflation",
      counted: [inbound, counts.outboundTokens],
    });
    const innocent = await court.complain(honest, { kind: "TokenInflation", counted: [STATED.inboundTokens, 1] });
    const cases = [guilty, innocent];

    // Nobody of them gets further than to what is saved before anything is sent.
    const killed = sit(
      counting,
      (log): ValidatorLog => ({
        ...log,
        saveVote: (id, vote) => {
          log.saveVote(id, vote);
          throw new Error("killed");
        },
        openDuties: (kind) => log.openDuties(kind).filter(({ choice }) => choice === undefined),
      }),
    );
    await court.later(ANSWER_PERIOD);
    for (const id of cases) await court.standing(id, "draw");
    for (const id of cases) await court.drawn(id);
    await eventually("ten votes are saved", PATIENCE_MS, () =>
      cases.every(
        (id) => seatsOf(bench, id).filter(({ store: log }) => log.findDuty("judge", id)?.choice).length === 5,
      ),
    );
    await killed[Symbol.asyncDispose]();
    expect((await readPanel(court.chain, court.addresses, guilty)).committed).toBe(0);

    // The next run would find the opposite.
    await using _bench = sit(lying);
    for (const id of cases) await allRevealed(court, id);
    expect(await votesOf(court, bench, guilty)).toEqual(Array(5).fill("Mismatch"));
    expect(await votesOf(court, bench, innocent)).toEqual(Array(5).fill("Match"));
    await court.later(COMMIT_PERIOD + REVEAL_PERIOD);
    for (const id of cases) await court.standing(id, "appealable");
    await court.later(APPEAL_PERIOD);
    expect(await court.standing(guilty, "closed")).toMatchObject({ outcome: "upheld" });
    expect(await court.standing(innocent, "closed")).toMatchObject({ outcome: "rejected" });

    const paid = inflated.receipt.response.cumulativeCost;
    const half = (BOND - 5n * FEE) / 2n;
    const [stake, settled] = [before.stake - PENALTY, before.settled - paid];
    expect(await court.wealth(seller.executor)).toEqual({ ...before, stake, settled, credit: before.credit + half });
    expect(await court.wealth(honest.client)).toEqual({ ...liar, wallet: liar.wallet - BOND });
    const [deposit, shares] = [victim.deposit + paid, (PENALTY * 3n) / 10n];
    expect(await court.wealth(inflated.client)).toEqual({
      ...victim,
      ...{ wallet: victim.wallet - BOND, credit: BOND, deposit, shares },
    });
    // Every fee is in its juror's wallet.
    for (const [index, { juror, store: log }] of bench.entries()) {
      const seats = cases.filter((id) => log.findDuty("judge", id) !== undefined).length;
      const wallet = (jurors[index]?.wallet ?? 0n) + FEE * BigInt(seats);
      await eventually("the fees are taken", PATIENCE_MS, async () => (await court.wealth(juror)).wallet === wallet);
    }
  });
});

describe("jurors without the chain for an hour", () => {
  it("vote when it is back, and a reorganisation that takes votes back has them cast again, the same, and once", async () => {
    await using _shown = await showSales(seller);
    const sale = await sell("client of a short fork", { text: "Hi", profile: PROFILE });
    const { inboundTokens, outboundTokens } = await countSale(counter, sale);
    const inbound = Math.min(STATED.inboundTokens, inboundTokens);
    const id = await court.complain(sale, { kind: "TokenInflation", counted: [inbound, outboundTokens] });
    const committed = async (): Promise<string[]> => {
      const topics = [jury.topicOf("VoteCommitted"), id];
      const logs = await readPastLogs(court.chain, { address: court.addresses.jury, topics });
      return logs.map(({ data, topics: [, , , juror] }) => `${juror} ${data}`).sort();
    };
    let missed = 0;
    const away = (method: string) => {
      if (method !== SEND) return "pass";
      missed += 1;
      return "refuse";
    };
    await using _bench = sit(counting);
    await court.later(ANSWER_PERIOD);
    await court.standing(id, "draw");
    const [first] = await court.drawn(id);
    gate.decide = away;
    await eventually("votes are refused", PATIENCE_MS, () => missed > 0);
    const unvoted = await court.market.networkHelpers.takeSnapshot();
    const early = await committed();
    gate.decide = () => "refuse";
    await court.later(HOUR);
    // One is kept from voting yet: once all have, they reveal, and a transaction that waits for one that is gone holds up others.
    const held = bench[court.bench.indexOf(first ?? "")]?.juror.identity.address;
    const isHeld = ([raw]: readonly unknown[]): boolean => Transaction.from(String(raw)).from?.toLowerCase() === held;
    gate.decide = (method, params) => (method === SEND && isHeld(params) ? "refuse" : "pass");
    await eventually("all others have committed", PATIENCE_MS, async () => (await committed()).length === 4);
    const cast = await committed();
    await unvoted.restore();
    expect(await committed()).toEqual(early);
    // The chain that takes the place of another is longer.
    for (let mined = 0; mined < 40; mined++) await court.market.networkHelpers.mine();
    gate.decide = () => "pass";
    await eventually("all have committed", PATIENCE_MS, async () => (await committed()).length === 5);
    expect(await committed()).toEqual(expect.arrayContaining(cast));
    await allRevealed(court, id);
    expect(await votesOf(court, bench, id)).toEqual(Array(5).fill("Mismatch"));
  });
});

describe("evidence that nobody shows", () => {
  it("is waited for until the last hour; then all say that they cannot tell, and nobody is found guilty", async () => {
    const sale = await sell("silent client", {});
    await using _bench = sit(counting);
    const id = await court.complain(sale, { kind: "TokenInflation", counted: [STATED.inboundTokens, 1] });
    await court.later(ANSWER_PERIOD);
    await court.standing(id, "draw");
    await court.drawn(id);
    await eventually(
      "five wait for it",
      PATIENCE_MS,
      () => seatsOf(bench, id).filter(({ store: log }) => log.findDuty("judge", id)?.state === "waiting").length === 5,
    );
    await court.later(COMMIT_PERIOD - 3_000n);
    await allRevealed(court, id);
    expect(await votesOf(court, bench, id)).toEqual(Array(5).fill("Insufficient"));
  });
});

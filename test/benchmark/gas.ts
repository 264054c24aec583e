import type { ContractTransactionReceipt } from "ethers";
import { proveTwoResponses } from "../support/contracts/equivocation.ts";
import {
  LANE_START,
  type LaneParties,
  type LaneState,
  type SignedAnswer,
  signAnswer,
} from "../support/contracts/lane.ts";
import { type Market, openMarket } from "../support/contracts/market.ts";
import { measureAudits } from "./audit-gas.ts";
import { measureDelivery } from "./delivery-gas.ts";
import { figuresOf, gasOf } from "./figures.ts";
import { measureMeasured } from "./measured-gas.ts";
import type { BenchRow, GasFigure } from "./rows.ts";

/**
 * Gas per settled request that the seed contract published: it moved no money. Its first settlement took 504 632.
 */
const SEED_GAS_PER_REQUEST = 316_544;
const ANSWER = { inboundTokens: 812n, outboundTokens: 345n };
const CLIENTS = 10;
/** After which every tail has matured. */
const TWO_DAYS_SECONDS = 48 * 3_600;

const toRow = ({ name, value, target, reference }: GasFigure): BenchRow => ({
  name,
  value,
  unit: "gas",
  ...(reference === undefined ? {} : { reference, ratio: Number((value / reference).toFixed(6)) }),
  ...(target === undefined ? {} : { target }),
  met: target === undefined || value <= target,
});

/** So many answers of a lane, each acknowledging the one before; the newest alone goes to the chain. */
function answerOn(parties: LaneParties, from: LaneState, answers: number): SignedAnswer {
  let newest = signAnswer(parties, from, ANSWER);
  for (let i = 1; i < answers; i++) newest = signAnswer(parties, newest.after, ANSWER);
  return newest;
}

async function measureDeposit(market: Market): Promise<GasFigure[]> {
  const client = await market.fund("depositor");
  const first = await market.accounting.send(client, "deposit", 1_000_000n);
  const again = await market.accounting.send(client, "deposit", 1_000_000n);
  return [
    { name: "deposit.first", value: gasOf(first) },
    ...(await figuresOf(market, "deposit", again, { target: 55_000 })),
  ];
}

/** One lane: its first settlement ever, then 1, 100 and 1 000 answers by one transaction each. */
async function measureLane(market: Market): Promise<GasFigure[]> {
  const executor = await market.enrol("lane executor");
  const client = await market.open("lane client", executor.address);
  const parties = { domain: market.domain, client, executor, deadline: await market.deadline() };
  let state = LANE_START;
  const settleNext = async (answers: number): Promise<ContractTransactionReceipt> => {
    const newest = answerOn(parties, state, answers);
    state = newest.after;
    return market.accounting.send(executor, "settle", [newest.pair]);
  };
  const first = await settleNext(1);
  const one = await settleNext(1);
  const hundred = await settleNext(100);
  const thousand = await settleNext(1_000);
  const reference = SEED_GAS_PER_REQUEST;
  return [
    { name: "lane.first", value: gasOf(first), reference: 504_632 },
    ...(await figuresOf(market, "lane.settle", one, { target: 95_000, reference })),
    ...(await figuresOf(market, "lane.answer@100", hundred, { target: 960, reference, parts: 100 })),
    ...(await figuresOf(market, "lane.answer@1000", thousand, { target: 95, reference, parts: 1_000 })),
  ];
}

/** Lanes of ten clients that one transaction settles; it is not the first time for any of them. */
export async function settleClients(market: Market) {
  const executor = await market.enrol("shared executor");
  const clients = [];
  for (let i = 0; i < CLIENTS; i++) clients.push(await market.open(`client ${i}`, executor.address));
  const deadline = await market.deadline();
  const lanes = clients.map((client) => ({ domain: market.domain, client, executor, deadline }));
  const first = lanes.map((parties) => answerOn(parties, LANE_START, 1));
  await market.accounting.send(
    executor,
    "settle",
    first.map((answer) => answer.pair),
  );
  const second = lanes.map((parties, i) => answerOn(parties, first[i]?.after ?? LANE_START, 1));
  const settled = await market.accounting.send(
    executor,
    "settle",
    second.map((answer) => answer.pair),
  );
  return { executor, lanes, deadline, second, settled };
}

/** Ten lanes at once, and what the executor pays to withdraw afterwards. */
async function measureClients(market: Market): Promise<GasFigure[]> {
  const { executor, lanes, deadline, second, settled } = await settleClients(market);
  await market.networkHelpers.time.increase(TWO_DAYS_SECONDS);
  await market.accounting.send(executor, "withdrawEarnings", executor.address);
  const later = lanes.map((parties) => ({ ...parties, deadline: deadline + BigInt(TWO_DAYS_SECONDS) }));
  const third = later.map((parties, i) => answerOn(parties, second[i]?.after ?? LANE_START, 1));
  await market.accounting.send(
    executor,
    "settle",
    third.map((answer) => answer.pair),
  );
  await market.networkHelpers.time.increase(TWO_DAYS_SECONDS);
  const withdrawn = await market.accounting.send(executor, "withdrawEarnings", executor.address);
  const perLane = { target: 57_000, reference: SEED_GAS_PER_REQUEST, parts: CLIENTS };
  return [
    ...(await figuresOf(market, "lanes10.perLane", settled, perLane)),
    ...(await figuresOf(market, "withdraw", withdrawn, { target: 70_000 })),
  ];
}

/**
 * An executor with a past that answered twice: half its stake slashed, jail. First comes one that is not measured, so that
 * nobody's account is empty. A reporter without a commitment pays for the share that waits, and one that brings back a tail
 * for its move.
 */
async function measureEquivocation(market: Market): Promise<GasFigure[]> {
  const reporter = await market.fund("reporter");
  const client = await market.fund("wronged client");
  await market.accounting.send(client, "deposit", 1_000_000_000n);
  const prove = async (name: string, committed: boolean, settled: boolean): Promise<ContractTransactionReceipt> => {
    const executor = await market.enrol(`${name} executor`);
    const other = await market.open(`${name} client`, executor.address);
    const parties = { domain: market.domain, client: other, executor, deadline: await market.deadline() };
    await market.accounting.send(executor, "settle", [answerOn(parties, LANE_START, 1).pair]);
    return (await proveTwoResponses(market, { executor, client, reporter, committed, settled })).receipt;
  };
  await prove("first equivocation", true, true);
  return [
    ...(await figuresOf(market, "equivocation", await prove("second equivocation", true, false), { target: 140_000 })),
    { name: "equivocation.uncommitted", value: gasOf(await prove("third equivocation", false, false)) },
    { name: "equivocation.refund", value: gasOf(await prove("fourth equivocation", true, true)) },
  ];
}

/** Gas of the steps that people pay for, on a chain in this process. The keys are fixed, so the figures are as well. */
export async function run(): Promise<BenchRow[]> {
  const market = await openMarket();
  try {
    const measured = [
      ...(await measureDeposit(market)),
      ...(await measureLane(market)),
      ...(await measureClients(market)),
      ...(await measureEquivocation(market)),
      ...(await measureDelivery(market)),
      ...(await measureMeasured(market)),
      ...(await measureAudits(market)),
    ];
    return measured.map(toRow);
  } finally {
    await market.connection.close();
  }
}

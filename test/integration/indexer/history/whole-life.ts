import { seeded } from "../../../../protocol/test/seeded.ts";
import { openAudits } from "../../../support/contracts/audits.ts";
import type { Market } from "../../../support/contracts/market.ts";
import { Table } from "../../../support/jury-game/play.ts";
import { type Cast, enterMarket, settleSome } from "../deeds.ts";
import { DELIVERY_ENDS, disputeDelivery } from "../disputed-deeds.ts";
import { COURSES } from "../every-course.ts";
import * as judgedDeeds from "../judged-deeds.ts";
import { ReputationLife, seatReputation } from "../reputation-deeds.ts";
import { BulkTrade } from "./bulk-trade.ts";

/** Hours of an auditor's secrets: the most that the contract takes. */
const SECRETS = 8_000;
const VALIDATORS = 18;
/** Clients, executors and lanes of each pair grow with the history. */
const PAIRS_OF_A_LANE = 8;
const MOST_PARTIES = 25;

interface LifeSettings {
  readonly seed: number;
  /** Pairs that are settled in bulk, beside everything else. */
  readonly pairs: number;
  /** Epochs of audits. */
  readonly epochs: number;
  /** Executors that are audited in each of them, by three validators. */
  readonly audited: number;
  /** Takes a line now and then. */
  readonly say?: (line: string) => void;
}

export interface WholeLife {
  /** Address of the audits that its validators report to. */
  readonly audits: string;
  /** Who moved money and stake in every way first. */
  readonly cast: Cast;
}

/**
 * A history by all contracts, the same for a seed: everybody moves money and stake, settles in bulk, is audited, disputed, judged, slashed
 * and jailed.
 */
export async function liveWholeLife(market: Market, settings: LifeSettings): Promise<WholeLife> {
  const { seed, pairs, epochs, audited, say = () => undefined } = settings;
  const audits = await openAudits(market, { odds: 1n, length: SECRETS });
  const cast = await seatReputation(market, audits, audited);
  const life = new ReputationLife({ market, audits, cast, seed });
  await life.live(epochs);
  say(`${epochs} epochs of audits of ${audited} executors`);
  const entered = await enterMarket(market);
  await settleSome(market, entered);
  const judged = await judge(market);
  await dispute(market);
  say("faults, delivery disputes and juries");
  const lanes = Math.max(1, Math.ceil(pairs / PAIRS_OF_A_LANE / partiesFor(pairs) ** 2));
  const sizes = { clients: partiesFor(pairs), executors: partiesFor(pairs), lanes };
  const trade = await BulkTrade.open(market, seeded(seed), sizes);
  await trade.settle(pairs, (done) => {
    if (done % (64 * 100) === 0) say(`${done} of ${pairs} pairs settled`);
  });
  await judgedDeeds.audit(market, audits, [judged.executor, cast.executors[0] ?? judged.executor]);
  await judgedDeeds.slashEverything(market, judged);
  await judgedDeeds.collectEverything(market, judged);
  return { audits: audits.audits.address, cast: entered };
}

const partiesFor = (pairs: number): number => Math.min(MOST_PARTIES, Math.max(2, Math.ceil(Math.sqrt(pairs) / 20)));

/** Tails, frozen stake, strikes, proven faults with their shares, and jail. */
async function judge(market: Market): Promise<judgedDeeds.JudgedCast> {
  const judged = await judgedDeeds.seatJudged(market);
  await judgedDeeds.disputeTails(market, judged);
  await judgedDeeds.freezeAndStrike(market, judged);
  await judgedDeeds.equivocate(market, judged);
  await judgedDeeds.changeRole(market, judged);
  await judgedDeeds.collect(market, judged);
  await judgedDeeds.leaveJail(market, judged);
  return judged;
}

/** Delivery disputes of every end and one that is open, and juries of every course. */
async function dispute(market: Market): Promise<void> {
  const { delivery, deposits, token } = market;
  const executor = await market.enrol("disputed executor");
  const client = await market.open("disputing client", executor.address);
  for (const [lane, end] of DELIVERY_ENDS.entries())
    await disputeDelivery(market, { client, executor, lane: BigInt(lane + 1), end });
  await delivery.send(executor, "withdrawBonds", executor.address);
  const table = await Table.open(market, VALIDATORS);
  for (const course of COURSES) await table.play(course);
  const friend = await market.fund("friend of a juror", 5_000n);
  await token.send(friend, "approve", deposits.address, 5_000n);
  await deposits.send(friend, "creditFor", client.address, 5_000n);
  await deposits.send(client, "withdrawCredit", friend.address);
  await disputeDelivery(market, { client, executor, lane: 78n, end: "OPEN" });
}

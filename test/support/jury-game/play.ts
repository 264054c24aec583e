/** Plays one course of a dispute on the real contracts, and says what everybody has more than before. */

import { encodeHeader, type RpcBlock } from "@lloom/protocol/block-headers";
import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { hashVote } from "@lloom/protocol/votes";
import { id, MaxUint256, toQuantity, type Wallet } from "ethers";
import { LANE_START, type LaneParties, signAnswer } from "../contracts/lane.ts";
import { type Market, PEER_ID, STAKE, VALIDATOR_ROLE } from "../contracts/market.ts";
import type { Choice, Course, Outcome } from "./rules.ts";
import { type Complaint, type Gains, type Several, verdictOf } from "./several.ts";

const KINDS = { model: 0n, inflation: 1n } as const;
const EVIDENCE = id("evidence");
const SALT = id("a juror's secret") as Hex;
const WEEK_SECONDS = 7 * 24 * 3_600;
const COMMIT_SECONDS = 24 * 3_600 + 1;
const REVEAL_SECONDS = 12 * 3_600 + 1;
const APPEAL_SECONDS = 24 * 3_600 + 1;
const ARBITRATION_SECONDS = 14 * 24 * 3_600 + 1;
const DRAW_BLOCKS = 65;
const ANSWER = { inboundTokens: 812n, outboundTokens: 345n };

/** What came of a course, base units. */
export interface Played {
  readonly penalty: bigint;
  readonly cost: bigint;
  readonly challenger: bigint;
  readonly executor: bigint;
  /** Of each panel, in the order of their seats. */
  readonly jurors: readonly (readonly bigint[])[];
  /** The deployer is the treasury, and the arbitrator. */
  readonly others: bigint;
}

export class Table {
  readonly #market: Market;
  readonly #validators: ReadonlyMap<string, Wallet>;
  #games = 0;

  private constructor(market: Market, validators: ReadonlyMap<string, Wallet>) {
    this.#market = market;
    this.#validators = validators;
  }

  /** A market with so many validators that can be drawn. */
  static async open(market: Market, validators: number): Promise<Table> {
    const { fund, stakeRegistry, jury, networkHelpers } = market;
    const enlisted = new Map<string, Wallet>();
    for (let i = 0; i < validators; i++) {
      const validator = await fund(`game validator ${i}`);
      await stakeRegistry.send(validator, "registerAndStake", VALIDATOR_ROLE, PEER_ID, "", STAKE);
      await jury.send(validator, "enlist");
      enlisted.set(validator.address, validator);
    }
    await networkHelpers.time.increase(WEEK_SECONDS);
    return new Table(market, enlisted);
  }

  async play(course: Course): Promise<Played> {
    const { measured, penalties, jury } = this.#market;
    const { executor, client, answer, cost } = await this.#parties(`game ${this.#games++}`);
    const everybody = [client.address, executor.address, this.#market.deployer, ...this.#validators.keys()];
    const before = await this.#wealthOf(everybody);
    const dispute = await this.#complain(client, answer);
    const penalty = ((await penalties.read("penalties", dispute)) as { amount: bigint }).amount;
    if (course.conceded) await measured.send(executor, "concede", dispute);
    else await this.#fight(course, dispute, { executor, client });
    const after = await this.#wealthOf(everybody);
    const gained = (account: string): bigint => (after.get(account) ?? 0n) - (before.get(account) ?? 0n);
    const panels = course.panels.map((_, index) => jury.read("jurorsOf", dispute, index + 1) as Promise<string[]>);
    return {
      penalty,
      cost,
      challenger: gained(client.address),
      executor: gained(executor.address),
      jurors: (await Promise.all(panels)).map((panel) => panel.map(gained)),
      others: gained(this.#market.deployer),
    };
  }

  /**
   * Complaints that are not over, one for each element: the executor has not answered, or a panel of whom some have committed
   * and nobody has revealed.
   */
  async leaveOpen(stages: readonly ("unanswered" | readonly Choice[])[]): Promise<Hex[]> {
    const { measured } = this.#market;
    // Enrolling takes a week, after which what is open would be due.
    const parties = [];
    for (const stage of stages) parties.push({ stage, ...(await this.#parties(`game ${this.#games++}`)) });
    const ids: Hex[] = [];
    for (const { stage, client, executor, answer } of parties) {
      const dispute = await this.#complain(client, answer);
      ids.push(dispute);
      if (stage === "unanswered") continue;
      await measured.send(executor, "answer", dispute, EVIDENCE);
      await this.#commit(dispute, 1, stage);
      await measured.send(client, "poke", dispute);
    }
    return ids;
  }

  /** Plays several disputes with one executor, whose answers cost what the complaints say: what everybody has more. */
  async playSeveral({ complaints, events }: Several): Promise<Gains> {
    const { measured, stakeRegistry, penalties, networkHelpers } = this.#market;
    const name = `game ${this.#games++}`;
    const executor = await this.#market.enrol(`${name} executor`);
    const plaintiffs = [];
    for (const [index] of complaints.entries())
      plaintiffs.push(await this.#clientOf(executor, `${name} client ${index}`));
    const everybody = [...plaintiffs.map(({ client }) => client), executor].map(({ address }) => address);
    const accounts = [...everybody, this.#market.deployer, ...this.#validators.keys()];
    const before = await this.#wealthOf(accounts);
    const ids = new Map<number, Hex>();
    for (const { dispute, outcome } of events) {
      const { client, answer } = plaintiffs[dispute] as (typeof plaintiffs)[number];
      const kind = KINDS[(complaints[dispute] as Complaint).kind];
      if (outcome === undefined) {
        const receipt = await measured.send(client, "open", kind, EVIDENCE, [answer], MaxUint256);
        ids.set(dispute, measured.events(receipt).find((event) => event.name === "MeasuredOpened")?.args["id"] as Hex);
      } else await this.#endAs(outcome, ids.get(dispute) as Hex, { executor, client });
    }
    const judge = penalties.address;
    for (const id of ids.values()) {
      const { member } = (await stakeRegistry.read("waiting", judge, id)) as { member: string };
      if (BigInt(member) !== 0n) await stakeRegistry.send(executor, "collect", judge, id);
    }
    await networkHelpers.mine();
    const after = await this.#wealthOf(accounts);
    const gained = (account: string): bigint => (after.get(account) ?? 0n) - (before.get(account) ?? 0n);
    const all = [...this.#validators.keys()].reduce((total, juror) => total + gained(juror), 0n);
    return {
      executor: gained(executor.address),
      challengers: plaintiffs.map(({ client }) => gained(client.address)),
      jurors: [all],
      treasury: gained(this.#market.deployer),
      penalties: [],
      taken: STAKE - ((await stakeRegistry.read("slashableStake", executor.address)) as bigint),
    };
  }

  /** Ends a dispute so: jurors who all vote what the outcome asks for, and nobody appeals. */
  async #endAs(outcome: Outcome, dispute: Hex, parties: { executor: Wallet; client: Wallet }): Promise<void> {
    const { measured, networkHelpers } = this.#market;
    if (outcome === "conceded") {
      await measured.send(parties.executor, "concede", dispute);
      return;
    }
    const { until } = (await measured.read("disputeAt", dispute)) as { until: bigint };
    const isLate = BigInt(await networkHelpers.time.latest()) >= until;
    // Another dispute took longer than the executor has to answer.
    if (isLate) await measured.send(parties.client, "poke", dispute);
    else await measured.send(parties.executor, "answer", dispute, EVIDENCE);
    for (const [index, votes] of verdictOf(outcome).entries()) {
      await this.#vote(dispute, index + 1, votes);
      await measured.send(parties.client, "poke", dispute);
    }
    const { state: last } = (await measured.read("disputeAt", dispute)) as { state: bigint };
    if (last === STATES.closed) return;
    await networkHelpers.time.increase(last === STATES.appealable ? APPEAL_SECONDS : ARBITRATION_SECONDS);
    await measured.send(parties.client, "poke", dispute);
  }

  async #complain(client: Wallet, answer: object): Promise<Hex> {
    const { measured } = this.#market;
    const receipt = await measured.send(client, "open", KINDS.model, EVIDENCE, [answer], MaxUint256);
    return measured.events(receipt).find((event) => event.name === "MeasuredOpened")?.args["id"] as Hex;
  }

  /** A new executor and its client, and one settled answer between them. */
  async #parties(name: string) {
    const executor = await this.#market.enrol(`${name} executor`);
    // It may have to pay an appeal.
    await this.#market.fund(`${name} executor`);
    return { executor, ...(await this.#clientOf(executor, `${name} client`)) };
  }

  async #clientOf(executor: Wallet, name: string) {
    const { accounting, token, deposits, domain } = this.#market;
    const client = await this.#market.open(name, executor.address);
    await this.#market.fund(name);
    await token.send(executor, "approve", deposits.address, MaxUint256);
    await token.send(client, "approve", deposits.address, MaxUint256);
    const parties: LaneParties = { domain, client, executor, deadline: await this.#market.deadline(), lane: 1n };
    const { pair, after } = signAnswer(parties, LANE_START, ANSWER);
    await accounting.send(executor, "settle", [pair]);
    const answer = { pair, consent: pair.clientSignature, inboundTokens: 0, outboundTokens: 0 };
    return { client, answer, cost: after.cost };
  }

  async #fight(course: Course, dispute: Hex, parties: { executor: Wallet; client: Wallet }): Promise<void> {
    const { measured, networkHelpers } = this.#market;
    await measured.send(parties.executor, "answer", dispute, EVIDENCE);
    for (const [index, votes] of course.panels.entries()) {
      await this.#vote(dispute, index + 1, votes);
      if (index === 0 && course.appealed) await this.#appeal(dispute, parties);
      else await measured.send(parties.client, "poke", dispute);
    }
    if (course.ruling !== undefined) return this.#rule(course.ruling, dispute, parties);
    const { state } = (await measured.read("disputeAt", dispute)) as { state: bigint };
    if (state === STATES.closed) return;
    await networkHelpers.time.increase(state === STATES.appealable ? APPEAL_SECONDS : ARBITRATION_SECONDS);
    await measured.send(parties.client, "poke", dispute);
  }

  async #appeal(dispute: Hex, { executor, client }: { executor: Wallet; client: Wallet }): Promise<void> {
    const { measured, jury } = this.#market;
    const { verdict } = (await jury.read("findingOf", dispute)) as { verdict: bigint };
    await measured.send(verdict === 1n ? executor : client, "appeal", dispute);
  }

  async #rule(ruling: NonNullable<Course["ruling"]>, dispute: Hex, parties: { executor: Wallet; client: Wallet }) {
    const { measured, arbitrator, deployer, connection } = this.#market;
    const { state } = (await measured.read("disputeAt", dispute)) as { state: bigint };
    if (state === STATES.appealable) await this.#appeal(dispute, parties);
    const number = await arbitrator.read("disputeCount");
    const account = await connection.ethers.getSigner(deployer);
    await arbitrator.send(account, "giveRuling", number, { refused: 0n, mismatch: 1n, match: 2n }[ruling]);
  }

  /** Draws a panel, and lets its jurors do with their seats what the course says. */
  async #vote(dispute: Hex, round: number, votes: readonly Choice[]): Promise<void> {
    const { jury, networkHelpers } = this.#market;
    const seats = await this.#commit(dispute, round, votes);
    const [anybody] = this.#validators.values();
    await networkHelpers.time.increase(COMMIT_SECONDS);
    for (const { juror, choice } of seats) {
      if (choice === "absent" || choice === "hidden") continue;
      await jury.send(anybody as Wallet, "reveal", dispute, juror, NUMBERS[choice], SALT);
    }
    await networkHelpers.time.increase(REVEAL_SECONDS);
  }

  /** Draws a panel, and lets the jurors commit who do. */
  async #commit(dispute: Hex, round: number, votes: readonly Choice[]) {
    const { jury, networkHelpers, connection } = this.#market;
    // One by one: blocks that are mined in one call have no parents, which an indexer takes for a reorganisation.
    for (let mined = 0; mined < DRAW_BLOCKS; mined++) await networkHelpers.mine();
    const { drawBlock } = (await jury.read("panelOf", dispute, round)) as { drawBlock: bigint };
    const block = await connection.ethers.provider.send("eth_getBlockByNumber", [toQuantity(drawBlock), false]);
    const [anybody] = this.#validators.values();
    await jury.send(anybody as Wallet, "draw", dispute, encodeHeader(block as RpcBlock));
    const seats = ((await jury.read("jurorsOf", dispute, round)) as string[]).map((juror, index) => {
      const choice = votes[index] as Choice;
      const vote = { disputeId: dispute, round, juror: juror.toLowerCase() as Address, salt: SALT };
      return { juror, choice, vote };
    });
    for (const { juror, choice, vote } of seats) {
      if (choice === "absent") continue;
      const said = SAID[choice];
      await jury.send(this.#validators.get(juror) as Wallet, "commit", dispute, hashVote({ ...vote, choice: said }));
    }
    return seats;
  }

  /** All that an account has anywhere. */
  async #wealthOf(accounts: readonly string[]): Promise<Map<string, bigint>> {
    const { token, deposits, stakeRegistry, accounting } = this.#market;
    const wealth = accounts.map(async (account): Promise<[string, bigint]> => {
      const shares = (await stakeRegistry.read("rewards", account)) as { credited: bigint; withdrawn: bigint };
      const earned = (await accounting.read("earnings", account)) as { settled: bigint; withdrawn: bigint };
      const owed = shares.credited - shares.withdrawn + earned.settled - earned.withdrawn;
      const parts = await Promise.all([
        token.read("balanceOf", account),
        deposits.read("creditOf", account),
        stakeRegistry.read("slashableStake", account),
        accounting.read("balanceOf", account),
      ]);
      return [account, (parts as bigint[]).reduce((sum, part) => sum + part, owed)];
    });
    return new Map(await Promise.all(wealth));
  }
}

/** `State` of a dispute. */
const STATES = { appealable: 4n, closed: 6n } as const;
/** `Choice` of a juror. */
const NUMBERS = { mismatch: 1, match: 2, insufficient: 3 } as const;
/** What is committed to; what is hidden could be anything. */
const SAID = { mismatch: "Mismatch", match: "Match", insufficient: "Insufficient", hidden: "Match" } as const;

/** Looks for the best that a coalition can do in one dispute against everybody else being honest. */
import { chanceOf } from "./odds.ts";
import {
  CHOICES,
  type Choice,
  type End,
  FIRST_PANEL,
  type Finding,
  findingOf,
  fineOf,
  isPaid,
  type Outcome,
  payoutOf,
  SECOND_PANEL,
  type Side,
  type Stakes,
} from "./rules.ts";

/** A dispute, and who in it acts together. */
export interface Game {
  readonly stakes: Stakes;
  /** Validators that can be drawn. */
  readonly candidates: number;
  /** How many of them are the coalition's. */
  readonly members: number;
  /** How many of the others stay away from every panel. */
  readonly away: number;
  /** Parties of the coalition. */
  readonly parties: ReadonlySet<Side>;
  /** Whether the complaint is true. */
  readonly guilty: boolean;
  /** Whether honest jurors get what they need to see it. */
  readonly evidence: boolean;
  /** Whether there is an arbitrator, who is honest. */
  readonly arbitrator: boolean;
  /** `false`: the coalition's jurors vote like honest ones, and its parties still do what is best for them. */
  readonly colludes: boolean;
  /**
   * What it is after: its own money, or, whatever that costs it, that an honest party ends with as little as possible, or that
   * the case comes to the opposite of the truth.
   */
  readonly goal: "money" | Side | "falsehood";
}

/** Seats of a panel: the coalition's, and those of who is away. */
interface Seats {
  readonly own: number;
  readonly gone: number;
}

/** What one panel's votes come to. */
interface Panel {
  readonly finding: Finding;
  /** Of the coalition's jurors, by what the case comes to. */
  readonly fees: Readonly<Record<Finding, number>>;
  readonly fines: Readonly<Record<Finding, number>>;
  /** Of all jurors. */
  readonly paid: Readonly<Record<Finding, number>>;
}

/** A number for each way in which a case can come out. */
const FINDINGS: readonly Finding[] = ["mismatch", "match", "nothing"];
const byFinding = (of: (truth: Finding) => number): Record<Finding, number> =>
  Object.fromEntries(FINDINGS.map((truth) => [truth, of(truth)])) as Record<Finding, number>;

export class Search {
  readonly #game: Game;
  readonly #truth: "mismatch" | "match";
  readonly #honest: Choice;
  readonly #panels = new Map<string, readonly Panel[]>();
  readonly #payouts = new Map<number, { parties: number; perJuror: number }>();

  constructor(game: Game) {
    this.#game = game;
    this.#truth = game.guilty ? "mismatch" : "match";
    this.#honest = game.evidence ? this.#truth : "insufficient";
  }

  /** What the coalition has more than before, on average, if it does its best in a dispute that is open: base units. */
  value(): number {
    const fought = this.#first();
    if (!this.#game.parties.has("executor")) return fought;
    return Math.max(fought, this.#end({ outcome: "conceded", heard: false, paid: 0, ruled: "no" }, []));
  }

  /** Over the draws of the first panel: votes are cast knowing who sits there. */
  #first(): number {
    const { candidates, members, away } = this.#game;
    let sum = 0;
    for (const { chance, own, gone } of drawsOf(candidates, members, away, FIRST_PANEL)) {
      const panels = this.#panelsWith(FIRST_PANEL, own, gone);
      sum += chance * Math.max(...panels.map((panel) => this.#afterFirst(panel, { own, gone })));
    }
    return sum;
  }

  #afterFirst(first: Panel, seats: Seats): number {
    if (first.finding === "nothing") return this.#second(first, seats, undefined);
    const loser: Side = first.finding === "mismatch" ? "executor" : "challenger";
    const stands = this.#close(first.finding, [first], { heard: false, ruled: "no" });
    const appealed = (): number => this.#second(first, seats, loser);
    if (this.#game.parties.has(loser)) return Math.max(stands, appealed());
    return this.#wantsToAppeal(loser) ? appealed() : stands;
  }

  /** Over the draws of the second panel, from whom the first one left. */
  #second(first: Panel, seats: Seats, appeal: Side | undefined): number {
    const { candidates, members, away } = this.#game;
    const left = drawsOf(candidates - FIRST_PANEL, members - seats.own, away - seats.gone, SECOND_PANEL);
    let sum = 0;
    for (const { chance, own, gone } of left) {
      const panels = this.#panelsWith(SECOND_PANEL, own, gone);
      sum += chance * Math.max(...panels.map((second) => this.#afterSecond([first, second], appeal)));
    }
    return sum;
  }

  #afterSecond(panels: readonly [Panel, Panel], appeal: Side | undefined): number {
    const { finding } = panels[1];
    const heard = { heard: true, ...(appeal === undefined ? {} : { appeal }) };
    const stands = this.#close(finding, panels, { ...heard, ruled: "no" });
    if (!this.#game.arbitrator) return stands;
    // Honest, and refuses if there is nothing to see.
    const truth: Finding = this.#game.evidence ? this.#truth : "nothing";
    if (finding === "nothing") {
      return this.#close(truth, panels, { ...heard, ruled: truth === "nothing" ? "no" : "for nobody" });
    }
    const loser: Side = finding === "mismatch" ? "executor" : "challenger";
    const ruled = truth === "nothing" ? stands : this.#close(truth, panels, { ...heard, ruled: loser });
    if (this.#game.parties.has(loser)) return Math.max(stands, ruled);
    return this.#wantsToAppeal(loser) && this.#game.stakes.penalty > this.#game.stakes.price ? ruled : stands;
  }

  /** Whoever is honest appeals if it is right; who is guilty and nobody's accomplice gives up. */
  #wantsToAppeal(loser: Side): boolean {
    return loser === (this.#game.guilty ? "challenger" : "executor");
  }

  #close(truth: Finding, panels: readonly Panel[], rest: Omit<End, "outcome" | "paid">): number {
    const outcome: Outcome = { mismatch: "upheld", match: "rejected", nothing: "void" }[truth] as Outcome;
    const paid = panels.reduce((sum, panel) => sum + panel.paid[truth], 0);
    return this.#end({ outcome, paid, ...rest }, panels, truth);
  }

  #end(end: End, panels: readonly Panel[], truth: Finding = "nothing"): number {
    if (this.#game.goal === "falsehood") return truth !== "nothing" && truth !== this.#truth ? 1 : 0;
    const key = keyOf(end);
    let payout = this.#payouts.get(key);
    if (payout === undefined) {
      const exact = payoutOf(this.#game.stakes, end);
      const parties = [...this.#game.parties].reduce((sum, side) => sum + exact[side], 0n);
      const { goal } = this.#game;
      payout =
        goal === "money"
          ? { parties: Number(parties), perJuror: Number(exact.perJuror) }
          : { parties: -Number(exact[goal]), perJuror: 0 };
      this.#payouts.set(key, payout);
    }
    const { parties, perJuror } = payout;
    if (this.#game.goal !== "money") return parties;
    return panels.reduce((sum, { fees, fines }) => sum + fees[truth] * perJuror - fines[truth], parties);
  }

  /** Every way for the coalition's `seats` to vote, of `size`; the others vote as they see it, or are away. */
  #panelsWith(size: number, seats: number, gone: number): readonly Panel[] {
    const key = `${size} ${seats} ${gone}`;
    const known = this.#panels.get(key);
    if (known !== undefined) return known;
    const others: Choice[] = [
      ...new Array<Choice>(size - seats - gone).fill(this.#honest),
      ...new Array<Choice>(gone).fill("absent"),
    ];
    const ways = this.#game.colludes ? waysToVote(seats) : [new Array<Choice>(seats).fill(this.#honest)];
    const panels = undominated(ways.map((own) => panelOf([...own, ...others], own)));
    this.#panels.set(key, panels);
    return panels;
  }
}

/** Everything that a draw can come to. */
function drawsOf(candidates: number, members: number, away: number, size: number): (Seats & { chance: number })[] {
  const draws: (Seats & { chance: number })[] = [];
  for (let own = 0; own <= Math.min(size, members); own++) {
    const chanceOfOwn = chanceOf(candidates, members, size, own);
    for (let gone = 0; gone <= Math.min(size - own, away); gone++) {
      const chance = chanceOfOwn * chanceOf(candidates - members, away, size - own, gone);
      if (chance !== 0) draws.push({ own, gone, chance });
    }
  }
  return draws;
}

function panelOf(votes: readonly Choice[], own: readonly Choice[]): Panel {
  return {
    finding: findingOf(votes),
    fees: byFinding((truth) => own.filter((choice) => isPaid(choice, truth)).length),
    fines: byFinding((truth) => Number(own.reduce((sum, choice) => sum + fineOf(choice, truth), 0n))),
    paid: byFinding((truth) => votes.filter((choice) => isPaid(choice, truth)).length),
  };
}

/** Those that no other one is better than, whatever the case comes to, with the same finding and the same number of paid jurors. */
function undominated(panels: readonly Panel[]): Panel[] {
  const isBetter = (one: Panel, other: Panel): boolean =>
    one.finding === other.finding &&
    FINDINGS.every((truth) => one.paid[truth] === other.paid[truth]) &&
    FINDINGS.every((truth) => one.fees[truth] >= other.fees[truth] && one.fines[truth] <= other.fines[truth]) &&
    FINDINGS.some((truth) => one.fees[truth] > other.fees[truth] || one.fines[truth] < other.fines[truth]);
  return panels.filter((panel) => !panels.some((other) => isBetter(other, panel)));
}

const OUTCOMES: readonly Outcome[] = ["conceded", "upheld", "rejected", "void"];
const APPEALS: readonly (Side | undefined)[] = [undefined, "executor", "challenger"];
const RULED: readonly End["ruled"][] = ["no", "for nobody", "executor", "challenger"];

/** One number for every end: its parts as digits. */
function keyOf({ outcome, appeal, heard, paid, ruled }: End): number {
  const digits = [RULED.indexOf(ruled), APPEALS.indexOf(appeal), heard ? 1 : 0, OUTCOMES.indexOf(outcome)];
  return digits.reduce((key, digit) => key * 4 + digit, paid);
}

/** All multisets of choices of this size: who of the coalition votes which way does not matter. */
export function waysToVote(seats: number, from = 0): Choice[][] {
  const choice = CHOICES[from];
  if (choice === undefined) return seats === 0 ? [[]] : [];
  const ways: Choice[][] = [];
  for (let taken = 0; taken <= seats; taken++) {
    for (const rest of waysToVote(seats - taken, from + 1))
      ways.push([...new Array<Choice>(taken).fill(choice), ...rest]);
  }
  return ways;
}

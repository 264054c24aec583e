/** Several disputes with one executor at once: what any order of openings and ends comes to, for everybody. */
import {
  BOND_FEES,
  type Choice,
  CONCESSION_DIVISOR,
  FEE_DIVISOR,
  FIRST_PANEL,
  LEAST_FEE,
  MOST_JURY_SHARE,
  type Outcome,
  REPORTER_SHARE,
  SECOND_PANEL,
  WHOLE,
} from "./rules.ts";
import { type Claim, divideUp, StakeClaims } from "./stake-claims.ts";

const LEAST_PENALTY = 16_000_000n;
const OVERCHARGE_FACTOR = 100n;
/** Parts of the stake by strikes so far, in parts of 10 000. */
const SHARES = { model: [2_000n, 5_000n, WHOLE], inflation: [500n, 1_000n, 2_000n] } as const;

/** What a complaint is about. */
export interface Complaint {
  readonly kind: keyof typeof SHARES;
  /** Of counts, base units. */
  readonly overcharge: bigint;
  /** What was paid for the answer, and whether the escrow still holds it. */
  readonly cost: bigint;
  readonly held: boolean;
}

/** An opening or an end of the dispute of this number. */
export interface Event {
  readonly dispute: number;
  /** An opening has none. */
  readonly outcome?: Outcome;
}

export interface Several {
  readonly stake: bigint;
  /** Half strikes before. */
  readonly strikes: number;
  readonly complaints: readonly Complaint[];
  readonly events: readonly Event[];
}

/** What everybody has more (or less) than before. Jurors are owed the same each. */
export interface Gains {
  executor: bigint;
  readonly challengers: bigint[];
  readonly jurors: bigint[];
  treasury: bigint;
  /** What each dispute asked the stake for at its end; zero if it was lifted. */
  readonly penalties: bigint[];
  /** Of the stake. */
  taken: bigint;
}

interface Open {
  readonly claim: Claim;
  readonly penalty: bigint;
  readonly share: bigint;
  readonly fee: bigint;
  readonly takenBefore: bigint;
}

const smaller = (one: bigint, other: bigint): bigint => (one < other ? one : other);
const larger = (one: bigint, other: bigint): bigint => (one > other ? one : other);

/** Jurors that are owed a fee, if all vote what they see: one panel finds what is true, and two come for nothing. */
export const paidIn = (outcome: Outcome): number =>
  ({ conceded: 0, upheld: FIRST_PANEL, rejected: FIRST_PANEL, void: FIRST_PANEL + SECOND_PANEL })[outcome];

/** Votes of the panels that come to an outcome. */
export function verdictOf(outcome: Exclude<Outcome, "conceded">): Choice[][] {
  const all = (size: number, choice: Choice): Choice[] => new Array<Choice>(size).fill(choice);
  if (outcome === "void") return [all(FIRST_PANEL, "insufficient"), all(SECOND_PANEL, "insufficient")];
  return [all(FIRST_PANEL, outcome === "upheld" ? "mismatch" : "match")];
}

/** Plays the events, and gives everybody what is theirs. */
export function playSeveral(course: Several): Gains {
  const play = new Play(course);
  for (const event of course.events) play.step(event);
  return play.end();
}

class Play {
  readonly #course: Several;
  readonly #claims: StakeClaims;
  readonly #open: (Open | undefined)[];
  readonly #halves: Record<Complaint["kind"], number>;
  readonly #gains: Gains;
  #takenFrom = 0n;

  constructor(course: Several) {
    this.#course = course;
    this.#claims = new StakeClaims(course.stake);
    this.#halves = { model: course.strikes, inflation: course.strikes };
    const none = (): bigint[] => course.complaints.map(() => 0n);
    this.#open = course.complaints.map(() => undefined);
    this.#gains = { executor: 0n, challengers: none(), jurors: none(), treasury: 0n, penalties: none(), taken: 0n };
  }

  step({ dispute, outcome }: Event): void {
    const complaint = this.#course.complaints[dispute] as Complaint;
    if (outcome === undefined) {
      this.#open[dispute] = this.#opened(dispute, complaint);
      return;
    }
    const open = this.#open[dispute];
    // It could not be opened: less is at stake than the smallest penalty.
    if (open === undefined) return;
    if (outcome === "conceded" || outcome === "upheld") this.#punish(dispute, complaint, open, outcome);
    else this.#lift(dispute, open, outcome);
  }

  end(): Gains {
    const gains = this.#gains;
    for (const [dispute, open] of this.#open.entries()) {
      if (open === undefined) continue;
      const { challenger, treasury } = this.#claims.collect(open.claim);
      this.#pay(dispute, challenger);
      gains.treasury += treasury;
    }
    gains.taken = this.#course.stake - this.#claims.stake;
    gains.executor -= gains.taken;
    return gains;
  }

  #opened(dispute: number, { kind, overcharge, cost, held }: Complaint): Open | undefined {
    const stake = this.#claims.stake;
    if (stake < LEAST_PENALTY) return undefined;
    const share = SHARES[kind][Math.min(2, Math.floor(this.#halves[kind] / 2))] as bigint;
    const byShare = larger(divideUp(stake * share, WHOLE), LEAST_PENALTY);
    const asked = kind === "inflation" ? larger(byShare, overcharge * OVERCHARGE_FACTOR) : byShare;
    const penalty = smaller(asked, stake);
    const fee = larger(LEAST_FEE, divideUp(penalty, FEE_DIVISOR));
    this.#pay(dispute, -fee * BOND_FEES);
    const claim = this.#claims.freeze(penalty + (held ? 0n : cost));
    const takenBefore = this.#takenFrom;
    return { claim, penalty, share: kind === "model" ? share : 0n, fee, takenBefore };
  }

  #punish(dispute: number, { kind, cost, held }: Complaint, open: Open, outcome: "conceded" | "upheld"): void {
    const conceded = outcome === "conceded";
    this.#halves[kind] += conceded && kind === "model" ? 1 : 2;
    const off = ((this.#takenFrom - open.takenBefore) * open.share) / WHOLE;
    const left = larger(open.penalty > off ? open.penalty - off : 0n, LEAST_PENALTY);
    const penalty = conceded ? divideUp(left, CONCESSION_DIVISOR) : left;
    const paid = BigInt(paidIn(outcome));
    const slashed = this.#claims.slash(open.claim, {
      restitution: held ? 0n : cost,
      penalty,
      reporterShare: REPORTER_SHARE,
      juryShare: smaller(MOST_JURY_SHARE, divideUp(open.fee * paid * WHOLE, penalty)),
    });
    this.#takenFrom += slashed.jury + slashed.treasury;
    const perJuror = paid === 0n ? 0n : smaller(open.fee, slashed.jury / paid);
    this.#gains.penalties[dispute] = penalty;
    this.#gains.jurors[dispute] = perJuror * paid;
    this.#gains.treasury += slashed.treasury + slashed.jury - perJuror * paid;
    this.#pay(dispute, slashed.challenger + open.fee * BOND_FEES + (held ? cost : 0n));
    if (held) this.#gains.executor -= cost;
  }

  #lift(dispute: number, open: Open, outcome: Outcome): void {
    this.#claims.lift(open.claim);
    const fees = open.fee * BigInt(paidIn(outcome));
    const left = open.fee * BOND_FEES - fees;
    this.#gains.jurors[dispute] = fees;
    if (outcome === "void") this.#pay(dispute, left);
    else {
      this.#gains.executor += left / 2n;
      this.#gains.treasury += left - left / 2n;
    }
  }

  #pay(dispute: number, amount: bigint): void {
    this.#gains.challengers[dispute] = (this.#gains.challengers[dispute] ?? 0n) + amount;
  }
}

/** Every order in which so many disputes can be opened and end. */
export function ordersOf(disputes: number): readonly { readonly dispute: number; readonly ends: boolean }[][] {
  const orders: { dispute: number; ends: boolean }[][] = [];
  const extend = (so: { dispute: number; ends: boolean }[], states: readonly number[]): void => {
    if (so.length === 2 * disputes) orders.push(so);
    for (const [dispute, state] of states.entries()) {
      if (state === 2) continue;
      const after = states.map((one, index) => (index === dispute ? one + 1 : one));
      extend([...so, { dispute, ends: state === 1 }], after);
    }
  };
  extend([], new Array<number>(disputes).fill(0));
  return orders;
}

/** Every way to choose one of the choices at each place. */
export const ways = <T>(choices: readonly (readonly T[])[]): T[][] =>
  choices.reduce<T[][]>((before, at) => before.flatMap((way) => at.map((one) => [...way, one])), [[]]);

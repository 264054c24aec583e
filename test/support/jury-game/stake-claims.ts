/** What a stake registry gives of one stake to whom: the rules of docs/contracts.md, told once more as a plain list. */

const WHOLE = 10_000n;
const MOST_SHARES = 6_000n;
const EARLY_DIVISOR = 3n;

/** A claim on the stake. */
export interface Claim {
  /** While it is open. */
  asked: bigint;
  /** What waited of its slash, and what is left of it. */
  amount: bigint;
  waiting: bigint;
  /** What of the amount was to be the challenger's: restitution, and its share as the reporter. Each is rounded by itself. */
  restitution: bigint;
  reward: bigint;
}

/** What a slash wants, in parts of 10 000 of the penalty. */
export interface Order {
  readonly restitution: bigint;
  readonly penalty: bigint;
  readonly reporterShare: bigint;
  readonly juryShare: bigint;
}

interface Parts {
  readonly restitution: bigint;
  readonly reward: bigint;
  readonly jury: bigint;
}

/** What a slash gives at once. */
export interface Slashed {
  readonly challenger: bigint;
  readonly jury: bigint;
  readonly treasury: bigint;
}

const least = (...amounts: readonly bigint[]): bigint => amounts.reduce((a, b) => (a < b ? a : b));
const above = (amount: bigint, floor: bigint): bigint => (amount > floor ? amount - floor : 0n);
export const divideUp = (amount: bigint, by: bigint): bigint => (amount + by - 1n) / by;

function partsOf({ restitution, reporterShare, juryShare }: Order, shared: bigint): Parts {
  const asked = reporterShare + juryShare;
  const restituted = least(restitution, (shared * (MOST_SHARES - asked)) / (WHOLE - asked));
  const rest = shared - restituted;
  return { restitution: restituted, reward: (rest * reporterShare) / WHOLE, jury: (rest * juryShare) / WHOLE };
}

/** One member's stake, and the claims on it in the order in which they were made. */
export class StakeClaims {
  #stake: bigint;
  #early = 0n;
  readonly #claims: Claim[] = [];

  constructor(stake: bigint) {
    this.#stake = stake;
  }

  get stake(): bigint {
    return this.#stake;
  }

  freeze(amount: bigint): Claim {
    if (this.#claims.every(({ asked }) => asked === 0n)) this.#early = 0n;
    const claim = { asked: amount, amount: 0n, waiting: 0n, restitution: 0n, reward: 0n };
    this.#claims.push(claim);
    return claim;
  }

  lift(claim: Claim): void {
    claim.asked = 0n;
  }

  slash(claim: Claim, order: Order): Slashed {
    const place = this.#claims.indexOf(claim);
    const ahead = this.#claims.slice(0, place).reduce((sum, { asked }) => sum + asked, 0n);
    const [whole, behind] = [this.#stake, this.#waitingFrom(place + 1)];
    const base = whole + this.#waitingFrom(0) + this.#early;
    const wanted = order.restitution + order.penalty;
    const taken = least(whole, wanted);
    this.#stake -= taken;
    const more = this.#takeFromBehind(place, wanted - taken);
    claim.asked = 0n;
    return this.#split(claim, order, {
      taken: taken + more,
      served: least(taken + more, above(whole + behind, ahead)),
      room: above(base / EARLY_DIVISOR, this.#early),
    });
  }

  /** What the challenger gets of all that waits for it, and the treasury; only when no earlier claim is open. */
  collect(claim: Claim): { challenger: bigint; treasury: bigint } {
    const { waiting, restitution, reward, amount } = claim;
    const partOf = (due: bigint): bigint => (amount === 0n ? 0n : (waiting * due) / amount);
    const challenger = partOf(restitution) + partOf(reward);
    claim.waiting = 0n;
    return { challenger, treasury: waiting - challenger };
  }

  #split(
    claim: Claim,
    order: Order,
    { taken, served, room }: Readonly<Record<"taken" | "served" | "room", bigint>>,
  ): Slashed {
    const [now, all] = [partsOf(order, served), partsOf(order, taken)];
    const wanted = divideUp((all.jury - now.jury) * WHOLE, MOST_SHARES);
    const early = least(wanted, room, taken - served);
    const jury = early === wanted ? all.jury - now.jury : (early * MOST_SHARES) / WHOLE;
    this.#early += early;
    claim.amount = taken - served - early;
    claim.waiting = claim.amount;
    claim.reward = least(all.reward - now.reward, claim.amount);
    claim.restitution = least(all.restitution - now.restitution, claim.amount - claim.reward);
    const challenger = now.restitution + now.reward;
    return { challenger, jury: now.jury + jury, treasury: served - challenger - now.jury + early - jury };
  }

  #waitingFrom(place: number): bigint {
    return this.#claims.slice(place).reduce((sum, { waiting }) => sum + waiting, 0n);
  }

  /** From the last one on. */
  #takeFromBehind(place: number, lacking: bigint): bigint {
    let missing = lacking;
    for (const claim of this.#claims.slice(place + 1).reverse()) {
      const part = least(missing, claim.waiting);
      claim.waiting -= part;
      missing -= part;
    }
    return lacking - missing;
  }
}

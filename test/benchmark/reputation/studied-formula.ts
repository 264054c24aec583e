/**
 * What the formula is compared with: PeerTrust with an audit anchor as it was first written down, and the share of good
 * receipts, which is what a chain without audits has. In floats: nobody has to agree about them.
 */
import { RULES, type WorldEvent } from "./world.ts";

const HALF_LIFE_SECONDS = 14 * 86_400;
const FAILED_WEIGHT = 5;
const ALLOWANCE_PER_TOKEN = 0.1;

interface Evidence {
  good: number;
  bad: number;
  receiptsGood: number;
  receiptsBad: number;
  at: number;
}
interface Client {
  squares: number;
  count: number;
}

export class StudiedFormula {
  readonly #evidence = new Map<string, Evidence>();
  readonly #clients = new Map<string, Client>();
  readonly #used = new Map<string, { amount: number; at: number }>();
  readonly #stakes = new Map<string, number>();
  readonly #counts = new Map<string, { good: number; all: number }>();

  take(event: WorldEvent): void {
    const seconds = Number(event.seconds);
    if (event.kind === "stake") this.#stakes.set(event.executor, Number(event.stake) / Number(RULES.minimumStake));
    if (event.kind === "audit") {
      const evidence = this.#at(event.executor, seconds);
      if (event.outcome === "passed") evidence.good += 1;
      else evidence.bad += FAILED_WEIGHT;
    }
    if (event.kind === "settlement") this.#receipt(event, { isGood: true, bond: Number(event.balance) / 1e6, seconds });
    if (event.kind === "complaint") this.#receipt(event, { isGood: false, bond: 10, seconds });
  }

  /** Stake, and receipts that are good, of all. */
  trust(executor: string, seconds: number): number {
    const { good, bad, receiptsGood, receiptsBad } = this.#at(executor, seconds);
    const [a, b] = [1 + good + receiptsGood, 2 + bad + receiptsBad];
    const mean = a / (a + b);
    const lower = Math.max(0, mean - 1.64 * Math.sqrt((mean * (1 - mean)) / (a + b + 1)));
    return lower ** 0.85 * (1 - Math.exp(-(this.#stakes.get(executor) ?? 0) / 3)) ** 0.15;
  }

  successRate(executor: string): number {
    const { good, all } = this.#counts.get(executor) ?? { good: 0, all: 0 };
    return all === 0 ? 0 : good / all;
  }

  #at(executor: string, at: number): Evidence {
    const old = this.#evidence.get(executor) ?? { good: 0, bad: 0, receiptsGood: 0, receiptsBad: 0, at };
    const left = 2 ** ((old.at - at) / HALF_LIFE_SECONDS);
    old.good *= left;
    old.bad *= left;
    old.receiptsGood *= left;
    old.receiptsBad *= left;
    old.at = at;
    this.#evidence.set(executor, old);
    return old;
  }

  #receipt(
    { executor, client }: { readonly executor: string; readonly client: string },
    { isGood, bond, seconds }: { readonly isGood: boolean; readonly bond: number; readonly seconds: number },
  ): void {
    const counts = this.#counts.get(executor) ?? { good: 0, all: 0 };
    this.#counts.set(executor, { good: counts.good + Number(isGood), all: counts.all + 1 });
    const evidence = this.#at(executor, seconds);
    const rater = this.#clients.get(client) ?? { squares: 0.25, count: 1 };
    const credibility = 1 - Math.sqrt(rater.squares / rater.count);
    const pair = `${client}${executor}`;
    const used = this.#used.get(pair) ?? { amount: 0, at: seconds };
    const already = used.amount * 2 ** ((used.at - seconds) / HALF_LIFE_SECONDS);
    const room =
      evidence.good + evidence.bad / FAILED_WEIGHT - evidence.receiptsGood - evidence.receiptsBad / FAILED_WEIGHT;
    const weight = Math.max(0, Math.min(credibility * 0.1, ALLOWANCE_PER_TOKEN * bond - already, room));
    this.#used.set(pair, { amount: already + weight, at: seconds });
    if (isGood) evidence.receiptsGood += weight;
    else evidence.receiptsBad += FAILED_WEIGHT * weight;
    const audited = evidence.good + evidence.bad / FAILED_WEIGHT;
    const expected = audited === 0 ? 0.5 : evidence.good / audited;
    rater.squares = 0.999 * rater.squares + (Number(isGood) - expected) ** 2;
    rater.count = 0.999 * rater.count + 1;
    this.#clients.set(client, rater);
  }
}

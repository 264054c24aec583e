import type { FeedAnswer, FeedNews } from "../../store/database/answer-feed.ts";

/** What a node has done with one model since the start of the day. */
export interface ModelTraffic {
  readonly model: string;
  readonly answers: number;
  readonly inboundTokens: number;
  readonly outboundTokens: number;
  /** Base units. */
  readonly cost: bigint;
  /** Answer tokens a second, of the last while. */
  readonly perSecond: number;
}

/** A node's answers, summed up at a moment. */
export interface TrafficView {
  readonly answers: number;
  readonly failed: number;
  readonly open: number;
  readonly cost: bigint;
  readonly costLastHour: bigint;
  /** Tokens a second of the last while: prompt and answer. */
  readonly inboundPerSecond: number;
  readonly outboundPerSecond: number;
  /** Half of the last minute's answers took no longer; undefined where there was none. */
  readonly medianMs: number | undefined;
  /** Answer tokens of each of the last sixty seconds, the oldest first. */
  readonly seconds: readonly number[];
  /** The busiest first. */
  readonly models: readonly ModelTraffic[];
}

/** Rates are taken over so long; an answer's tokens count when it is whole. */
const RATE_MS = 10_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

type Sum = { -readonly [Field in keyof Omit<ModelTraffic, "model" | "perSecond">]: ModelTraffic[Field] };

/** Sums up the answers of a day, as a log brings them. */
export class Traffic {
  readonly #models = new Map<string, Sum>();
  /** Of the last hour. */
  #recent: FeedAnswer[] = [];
  #failed = 0;
  #open = 0;

  note({ answers, failed, open }: FeedNews): void {
    for (const answer of answers) {
      const sum = this.#models.get(answer.model) ?? { answers: 0, inboundTokens: 0, outboundTokens: 0, cost: 0n };
      sum.answers += 1;
      sum.inboundTokens += answer.inboundTokens;
      sum.outboundTokens += answer.outboundTokens;
      sum.cost += answer.cost;
      this.#models.set(answer.model, sum);
      this.#recent.push(answer);
    }
    this.#failed += failed;
    this.#open = open;
  }

  view(nowMs: number): TrafficView {
    this.#recent = this.#recent.filter(({ atMs }) => atMs > nowMs - HOUR_MS);
    const lastMinute = this.#recent.filter(({ atMs }) => atMs > nowMs - MINUTE_MS);
    const lately = lastMinute.filter(({ atMs }) => atMs > nowMs - RATE_MS);
    const rate = (some: readonly FeedAnswer[], of: "inboundTokens" | "outboundTokens"): number =>
      some.reduce((sum, answer) => sum + answer[of], 0) / (RATE_MS / 1000);
    const models = [...this.#models].map(
      ([model, sum]): ModelTraffic => ({
        ...{ model, ...sum },
        perSecond: rate(
          lately.filter((answer) => answer.model === model),
          "outboundTokens",
        ),
      }),
    );
    return {
      answers: models.reduce((sum, { answers }) => sum + answers, 0),
      ...{ failed: this.#failed, open: this.#open },
      cost: models.reduce((sum, { cost }) => sum + cost, 0n),
      costLastHour: this.#recent.reduce((sum, { cost }) => sum + cost, 0n),
      inboundPerSecond: rate(lately, "inboundTokens"),
      outboundPerSecond: rate(lately, "outboundTokens"),
      medianMs: medianOf(lastMinute.map(({ tookMs }) => tookMs)),
      seconds: bySecond(lastMinute, nowMs),
      models: models.sort((a, b) => b.perSecond - a.perSecond || b.answers - a.answers),
    };
  }
}

function medianOf(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)];
}

function bySecond(answers: readonly FeedAnswer[], nowMs: number): readonly number[] {
  const seconds = new Array<number>(MINUTE_MS / 1000).fill(0);
  for (const { atMs, outboundTokens } of answers) {
    const place = seconds.length - 1 - Math.max(0, Math.floor((nowMs - atMs) / 1000));
    if (place in seconds) seconds[place] = (seconds[place] ?? 0) + outboundTokens;
  }
  return seconds;
}

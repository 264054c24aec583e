/** Visits of clients and of canary keys to an executor, as everybody but their owner sees them. */
import type { Address } from "@lloom/protocol/commitment-types";
import type { CanaryShift } from "../../node/src/store/validator/canary-shift-log.ts";
import { type BorderQuestion, drawTracesAt, planCanaries } from "../../node/src/validator/audit/plan.ts";
import { keysFor, shiftsOf } from "../../node/src/validator/canary/canary-keys.ts";
import { depositOf } from "../../node/src/validator/canary/deposit-of.ts";
import { draw, type Random } from "../../node/src/validator/canary/draw.ts";
import { type Canary, canaryOf, drawHabits } from "../../node/src/validator/canary/draw-canary.ts";
import { drawQuestion } from "../../node/src/validator/canary/questions.ts";
import { shippedVisits, VISIT_SIZES } from "../../node/src/validator/canary/visit-source.ts";
import { drawGap } from "../../node/src/validator/canary/visit-times.ts";
import { identityFromSecret } from "../../node/src/wallet/identity.ts";

const EPOCH_SECONDS = 3_600;
const WALLET = 1_000_000_000n;
const UNIT = 1_000_000n;
/** Days: between two visits of a client that comes back, and between two audits of a validator. */
const [RETURNS_DAYS, AUDITS_DAYS] = [6, 0.5];
/** Share of clients that do not come back after a visit. */
const LEAVES = 1 / 4;
const KEYS_WITH_MONEY = 12;
const EXECUTORS = 40;

/** One visit. */
export interface Visit {
  readonly questions: readonly Canary[];
  /** Seconds in the epoch. */
  readonly times: readonly number[];
  /** Base units of the key's first deposit. */
  readonly deposit: bigint;
  /** Days since then. */
  readonly ageDays: number;
  /** Seconds in the epoch at which somebody asks for a trace; clients ask for none. */
  readonly tracesAt?: number;
}

/** Visits of clients that ask, come, and come back as the tables of canaries say of clients. */
export function clientVisits(count: number, random: Random): Visit[] {
  const visits: Visit[] = [];
  while (visits.length < count) {
    const deposit = depositOf(WALLET, UNIT, random);
    let ageDays = 0;
    do {
      const habits = drawHabits(random);
      const size = draw(VISIT_SIZES, random);
      const questions = Array.from({ length: size }, () => canaryOf(habits, drawQuestion(random)));
      visits.push({ questions, times: clientTimes(size, random), deposit, ageDays });
      ageDays += -RETURNS_DAYS * Math.log(1 - random());
    } while (random() > LEAVES);
  }
  return visits.slice(0, count);
}

/** A row of questions that falls into one epoch. */
function clientTimes(size: number, random: Random): number[] {
  for (;;) {
    const times = [random() * EPOCH_SECONDS];
    while (times.length < size) times.push((times.at(-1) ?? 0) + drawGap(random));
    if ((times.at(-1) ?? 0) < EPOCH_SECONDS) return times;
  }
}

/** Audits after which the keys of a validator are of all ages: at first all are new. */
const WARM_UP = 300;

/** Visits of one validator's canary keys, planned and given to keys as it does; it has audited for a while. */
export async function canaryVisits(
  count: number,
  borders: readonly BorderQuestion[],
  random: Random,
): Promise<Visit[]> {
  const lives: number[] = [];
  const most = (key: number): number => {
    while (lives.length <= key) lives.push(shiftsOf(identityFromSecret(randomOf(random))));
    return lives[key] ?? 1;
  };
  const shifts: CanaryShift[] = [];
  const shiftsBy: number[] = [];
  const born = new Map<number, { readonly deposit: bigint; readonly day: number }>();
  const visits: Visit[] = [];
  const [first] = borders;
  for (let epoch = 0n; visits.length < WARM_UP + count; epoch++) {
    const day = Number(epoch) * AUDITS_DAYS;
    const executor: Address = `0x${Math.floor(random() * EXECUTORS)
      .toString(16)
      .padStart(40, "0")}`;
    // Its owner gives money to another key whenever one rests.
    const resting = lives.filter((life, key) => (shiftsBy[key] ?? 0) >= life).length;
    const [key] = keysFor(executor, { keys: KEYS_WITH_MONEY + resting, shifts, most, random });
    if (key === undefined) continue;
    shifts.push({ executor, epoch, key });
    shiftsBy[key] = (shiftsBy[key] ?? 0) + 1;
    const known = born.get(key) ?? { deposit: depositOf(WALLET, UNIT, random), day };
    born.set(key, known);
    const planned = await planCanaries({
      ...{
        offers: [
          { executor, model: "tiny", weightsHash: executor, price: { inbound: 0n, outbound: 0n }, isMeasured: false },
        ],
        trustOf: () => undefined,
        random,
      },
      ...{ nowSeconds: 0n, endSeconds: BigInt(EPOCH_SECONDS) },
      ...{ visits: shippedVisits, onUnfit: () => undefined },
      borderFor: async () => first && draw([first, ...borders.slice(1)], random),
    });
    visits.push({
      questions: planned.map(({ question }) => question.canary),
      times: planned.map(({ askAt }) => Number(askAt)),
      deposit: known.deposit,
      ageDays: day - known.day,
      tracesAt: Number(drawTracesAt(0n, BigInt(EPOCH_SECONDS), random)),
    });
  }
  return visits.slice(WARM_UP);
}

const randomOf = (random: Random): Uint8Array => Uint8Array.from({ length: 32 }, () => 1 + Math.floor(random() * 255));

/** What a classifier gets to see of a visit until its last question. */
export function featuresOf({ questions, times, deposit, ageDays, tracesAt = Infinity }: Visit): number[] {
  const lengths = questions.map(({ messages }) => messages.at(-1)?.content.length ?? 0);
  const gaps = times.slice(1).map((time, index) => Math.log(1 + time - (times[index] ?? 0)));
  const [{ sampling, maxOutboundTokens, whole, messages }] = questions as [Canary];
  const changes = new Set(questions.map((one) => JSON.stringify({ ...one, messages: [] }))).size;
  return [
    ...[questions.length, mean(lengths), spread(lengths), Math.min(...lengths), Math.max(...lengths)],
    ...[sampling.temperatureMilli, sampling.topPMilli, sampling.topK, Number(sampling.seed !== undefined)],
    ...[Math.log(maxOutboundTokens), Number(whole), messages.length, changes],
    ...[mean(gaps), spread(gaps), times[0] ?? 0, (times.at(-1) ?? 0) - (times[0] ?? 0)],
    ...[Math.log(Number(deposit)), Number(deposit % UNIT), Number(ageDays === 0), Math.log(1 + ageDays)],
    // While it can still change what it answers.
    Number(tracesAt < (times.at(-1) ?? 0)),
  ];
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const spread = (values: readonly number[]): number =>
  Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)));

import type { Address } from "@lloom/protocol/commitment-types";
import type { Database } from "../database/database.ts";
import { numberOf, type Row } from "../database/encoding.ts";

/** One call of an executor; without times: it did not answer. */
export interface Sample {
  readonly executor: Address;
  readonly atMs: number;
  readonly answered: { readonly connectMs: number; readonly responseMs: number } | undefined;
}

/** All calls of one executor in an hour; medians of those that it answered. */
export interface SampledHour {
  readonly hourMs: number;
  readonly calls: number;
  readonly answered: number;
  readonly connectMs: number | undefined;
  readonly responseMs: number | undefined;
}

export interface SampleLog {
  /** Keeps a call, and the hour that it belongs to. */
  addSample(sample: Sample): void;
  /** Of one executor since a time, the oldest first. */
  samples(executor: Address, sinceMs: number): readonly Sample[];
  /** Of one executor since a time, the oldest first; at most so many, the newest. */
  hours(executor: Address, sinceMs: number, most: number): readonly SampledHour[];
  /** Forgets calls from before the first time and hours from before the second; inside `write`. */
  pruneSamples(samplesBeforeMs: number, hoursBeforeMs: number): void;
}

export const HOUR_MS = 3_600_000;

const ADD = `INSERT OR REPLACE INTO observed_samples (executor, at_ms, connect_ms, response_ms)
  VALUES (:executor, :atMs, :connectMs, :responseMs)`;
const ADD_HOUR = `INSERT OR REPLACE INTO observed_hours (executor, hour_ms, calls, answered, connect_ms, response_ms)
  VALUES (:executor, :hourMs, :calls, :answered, :connectMs, :responseMs)`;
const SAMPLES = "SELECT * FROM observed_samples WHERE executor = :executor AND at_ms >= :sinceMs ORDER BY at_ms";
const HOURS = `SELECT * FROM observed_hours WHERE executor = :executor AND hour_ms >= :sinceMs
  ORDER BY hour_ms DESC LIMIT :most`;
const PRUNE = "DELETE FROM observed_samples WHERE at_ms < :before";
const PRUNE_HOURS = "DELETE FROM observed_hours WHERE hour_ms < :before";

/** The middle of some numbers; undefined for none. */
export function median(numbers: readonly number[]): number | undefined {
  const sorted = numbers.toSorted((a, b) => a - b);
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}

/** Opens it. */
export function openSampleLog(db: Database): SampleLog {
  const samples = (executor: Address, sinceMs: number): Sample[] =>
    db.all(SAMPLES, { executor, sinceMs }).map((row) => sampleOf(executor, row));
  return {
    samples,
    addSample: ({ executor, atMs, answered }) =>
      // Lost with the power, a call is a call that was not made.
      db.write(
        () => {
          db.run(ADD, { executor, atMs, ...timesOf(answered?.connectMs, answered?.responseMs) });
          const hourMs = Math.floor(atMs / HOUR_MS) * HOUR_MS;
          const ofHour = samples(executor, hourMs);
          const heard = ofHour.flatMap((one) => one.answered ?? []);
          db.run(ADD_HOUR, {
            ...{ executor, hourMs, calls: ofHour.length, answered: heard.length },
            ...timesOf(median(heard.map(({ connectMs }) => connectMs)), median(heard.map((one) => one.responseMs))),
          });
        },
        { synced: false },
      ),
    hours: (executor, sinceMs, most) => db.all(HOURS, { executor, sinceMs, most }).map(hourOf).reverse(),
    pruneSamples: (samplesBeforeMs, hoursBeforeMs) => {
      db.run(PRUNE, { before: samplesBeforeMs });
      db.run(PRUNE_HOURS, { before: hoursBeforeMs });
    },
  };
}

const timesOf = (connectMs: number | undefined, responseMs: number | undefined) => ({
  connectMs: connectMs ?? null,
  responseMs: responseMs ?? null,
});

const given = (row: Row, column: string): number | undefined =>
  row[column] === null ? undefined : numberOf(row, column);

function sampleOf(executor: Address, row: Row): Sample {
  const [connectMs, responseMs] = [given(row, "connect_ms"), given(row, "response_ms")];
  const answered = connectMs === undefined || responseMs === undefined ? undefined : { connectMs, responseMs };
  return { executor, atMs: numberOf(row, "at_ms"), answered };
}

const hourOf = (row: Row): SampledHour => ({
  hourMs: numberOf(row, "hour_ms"),
  calls: numberOf(row, "calls"),
  answered: numberOf(row, "answered"),
  connectMs: given(row, "connect_ms"),
  responseMs: given(row, "response_ms"),
});

import type { Health } from "@lloom/protocol/observed/sheets";
import { median, type Sample, type SampledHour } from "../store/observer/sample-log.ts";

/** What the calls of an executor say of it; undefined while it was not called in 24 hours. */
export function healthOf(day: readonly Sample[], week: readonly SampledHour[]): Health | undefined {
  const last = day.at(-1);
  if (last === undefined) return undefined;
  const answered = day.flatMap((one) => one.answered ?? []);
  const weekCalls = sum(week.map(({ calls }) => calls));
  return {
    isUp: last.answered !== undefined,
    sampledAt: Math.floor(last.atMs / 1000),
    connectMs: tenths(median(answered.map(({ connectMs }) => connectMs))),
    responseMs: tenths(median(answered.map(({ responseMs }) => responseMs))),
    dayCalls: day.length,
    dayUptime: shareOf(answered.length, day.length),
    weekCalls,
    weekUptime: shareOf(sum(week.map((hour) => hour.answered)), weekCalls),
  };
}

/** From dialling until the status came: what a stranger waits for before it can ask anything. */
export const firstResponseMs = (health: Health | undefined): number | undefined =>
  health === undefined || health.connectMs === null || health.responseMs === null
    ? undefined
    : tenths(health.connectMs + health.responseMs);

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

/** Of none there is no share. */
const shareOf = (part: number, all: number): number | null => (all === 0 ? null : Math.round((part / all) * 1e6) / 1e6);

/** Milliseconds as they are told: what is smaller is the observer's own noise. */
export function tenths(ms: number): number;
export function tenths(ms: number | undefined): number | null;
export function tenths(ms: number | undefined): number | null {
  return ms === undefined ? null : Math.round(ms * 10) / 10;
}

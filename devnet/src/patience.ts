import { availableParallelism, loadavg } from "node:os";
import { ExplainedError } from "../../checkout/explained-error.ts";
import { steadyClock } from "../../node/src/primitives/clock.ts";
import { cpuSeconds } from "./cpu-time.ts";

/** Whoever is waited for: it makes progress while it writes or computes. */
export interface Worker {
  readonly name: string;
  readonly pid: number;
  readonly alive: boolean;
  readonly logPath: string;
  /** Lines that it has written so far. */
  readonly lines: number;
}

export interface Wait {
  /** What is waited for, in words. */
  readonly what: string;
  /** Who brings it about, now. */
  readonly workers: () => readonly Worker[];
  readonly tell: (text: string) => void;
  readonly signal: AbortSignal;
  /** Rejects when the wait is in vain. */
  readonly loss?: Promise<never>;
  /** Without progress for so long, the wait is in vain. */
  readonly stallMs?: number;
}

/** A process that only keeps its connections up computes less than this part of a processor. */
const IDLE_SHARE = 0.02;
/** One at work gets at least this part of what every other one gets. */
const STARVING = 0.25;
const LOOK_MS = 5_000;
const STALL_MS = 120_000;
/** Who waits longer than this wants to know what for. */
const TELL_MS = 30_000;

interface Seen {
  readonly lines: number;
  readonly cpu: number | undefined;
}

/**
 * Waits as long as those who work for it make progress, however slow the machine is. Rejects once none of them has for a
 * while, and says whose log to read.
 */
export async function patiently<T>(wait: Wait, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const over = new AbortController();
  const stalled = Promise.withResolvers<never>();
  const timer = watch(wait, stalled.reject);
  const signal = AbortSignal.any([wait.signal, over.signal]);
  const working = work(signal);
  working.catch(() => undefined);
  try {
    const loss = wait.loss ?? stalled.promise;
    return await Promise.race([working, stalled.promise, loss, aborted(wait.signal, over.signal)]);
  } finally {
    clearInterval(timer);
    over.abort();
  }
}

function watch(wait: Wait, stall: (error: ExplainedError) => void): NodeJS.Timeout {
  const stallMs = wait.stallMs ?? STALL_MS;
  const began = steadyClock();
  const seen = new Map<number, Seen>();
  let [looked, active, told] = [began, began, began];
  return setInterval(
    () => {
      const now = steadyClock();
      const workers = wait.workers();
      if (workers.filter((worker) => isAtWork(worker, seen, (now - looked) / 1000)).length > 0) active = now;
      looked = now;
      if (now - active >= stallMs) stall(standstill(wait.what, workers, stallMs));
      else if (now - told >= TELL_MS) {
        told = now;
        wait.tell(stillWaiting(wait.what, workers, (now - began) / 1000));
      }
    },
    Math.min(LOOK_MS, stallMs / 2),
  );
}

/** Whether it did something since the last look, `seconds` ago. */
function isAtWork({ pid, alive, lines }: Worker, seen: Map<number, Seen>, seconds: number): boolean {
  if (!alive) return false;
  const before = seen.get(pid);
  const cpu = cpuSeconds(pid);
  seen.set(pid, { lines, cpu });
  if (before === undefined || before.lines !== lines) return true;
  // Where nobody knows what a process computes, a living one is trusted.
  return before.cpu === undefined || cpu === undefined || cpu - before.cpu > idleShare() * seconds;
}

/** Among hundreds that compute, who is at work computes no more than who is idle elsewhere. */
const idleShare = (): number =>
  Math.min(IDLE_SHARE, (STARVING * availableParallelism()) / Math.max(loadavg()[0] ?? 0, 1));

function stillWaiting(what: string, workers: readonly Worker[], seconds: number): string {
  const computed = workers.map(({ name, pid }) => `${name} has computed ${(cpuSeconds(pid) ?? 0).toFixed(0)} s`);
  const load = loadavg()[0] ?? 0;
  const machine =
    load > 0 ? `; the machine has ${load.toFixed(0)} at work on ${availableParallelism()} processors` : "";
  return `   still waiting for ${what}, ${seconds.toFixed(0)} s so far: ${computed.join(", ") || "nobody works at it"}${machine}`;
}

function standstill(what: string, workers: readonly Worker[], stallMs: number): ExplainedError {
  const names = workers.map(({ name }) => name).join(" and ");
  const seconds = Math.round(stallMs / 1000);
  return names === ""
    ? new ExplainedError(`Waited in vain for ${what}: nobody works at it any more.`, "Start the network again.")
    : new ExplainedError(
        `Waited in vain for ${what}: ${names} made no progress for ${seconds} s.`,
        `Read ${workers.map(({ logPath }) => logPath).join(" and ")}.`,
      );
}

function aborted(signal: AbortSignal, over: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener("abort", () => reject(signal.reason), { once: true, signal: over });
  });
}

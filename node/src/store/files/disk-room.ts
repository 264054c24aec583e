import { statfsSync } from "node:fs";
import { LloomError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import { steadyClock } from "../../primitives/clock.ts";

/** Whether there is room for what a node has to remember of new work. */
export interface Room {
  /** Why no new work may begin; undefined while it may. */
  problem(): LloomError | undefined;
}

export interface DiskRoomOptions {
  /** Where the logs lie. */
  readonly directory: string;
  readonly log: Log;
  /** Bytes that are free there; undefined where nobody can tell. */
  readonly measure?: (directory: string) => number | undefined;
  /** How long a measurement counts. */
  readonly holdMs?: number;
}

const MB = 1_000_000;
/** Left for what was begun, and for settlements, disputes and votes, which go on. */
export const LEAST_ROOM_BYTES = 64 * MB;
/** So much must be free before work begins again: not at the first byte, or it would stop and go all the time. */
export const ENOUGH_ROOM_BYTES = 96 * MB;
const HOLD_MS = 1_000;

/**
 * Looks how much room is left on the disk of the logs, so that a node stops taking new work while it still can write. A disk that is
 * full all the same ends it: what a log has lost cannot be promised any more.
 */
export class DiskRoom implements Room {
  readonly #options: Required<DiskRoomOptions>;
  #measuredAtMs = Number.NEGATIVE_INFINITY;
  #freeBytes: number | undefined;
  #isScarce = false;

  constructor(options: DiskRoomOptions) {
    this.#options = { measure: freeBytes, holdMs: HOLD_MS, ...options };
  }

  /** Undefined where nobody can tell. */
  get freeBytes(): number | undefined {
    this.#measure();
    return this.#freeBytes;
  }

  problem(): LloomError | undefined {
    this.#measure();
    return this.#isScarce ? noRoom() : undefined;
  }

  #measure(): void {
    const { directory, measure, holdMs, log } = this.#options;
    const nowMs = steadyClock();
    if (nowMs - this.#measuredAtMs < holdMs) return;
    this.#measuredAtMs = nowMs;
    this.#freeBytes = measure(directory);
    const wasScarce = this.#isScarce;
    this.#isScarce = isScarce(this.#freeBytes, wasScarce);
    const facts = { directory, freeBytes: this.#freeBytes };
    if (this.#isScarce && !wasScarce) log.error(facts, "the disk is nearly full: no new work is taken");
    if (!this.#isScarce && wasScarce) log.info(facts, "there is room on the disk again: work is taken");
  }
}

/** Whether so much is too little; more is asked for where it was too little before. */
export const isScarce = (freeBytes: number | undefined, wasScarce = false): boolean =>
  freeBytes !== undefined && freeBytes < (wasScarce ? ENOUGH_ROOM_BYTES : LEAST_ROOM_BYTES);

/** How much is left where that is too little, and what to do. */
export const diskSentence = (bytes: number): string =>
  `${Math.floor(bytes / MB)} MB left: below ${LEAST_ROOM_BYTES / MB} MB no new work is taken; free some space`;

/** Bytes that the file system of a directory has left for whoever is no administrator; undefined where it does not tell. */
export function freeBytes(directory: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}

/** It goes to others too: no path is in it. */
const noRoom = (): LloomError =>
  new LloomError(
    "STORE_FAILED",
    `The node's disk has less than ${LEAST_ROOM_BYTES / MB} MB left: it takes no new work.`,
    {
      next: `Free some space where its data directory lies; from ${ENOUGH_ROOM_BYTES / MB} MB on it goes on by itself.`,
    },
  );

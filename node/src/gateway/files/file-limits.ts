import type { LineLimits } from "./line-splitter.ts";

/** How much callers may leave at the gateway. */
export interface FileLimits extends LineLimits {
  /** Of one file. */
  readonly fileBytes: number;
  /** Files of one caller, those that batches wrote too. */
  readonly files: number;
  /** Of all callers' files together. */
  readonly bytesOfAll: number;
  /** How long a file is kept whose caller names no time. */
  readonly keepMs: number;
}

const MB = 1_000_000;
const DAY_MS = 24 * 60 * 60_000;

/** OpenAI's for one file, and for lines of a batch; a line has to fit into a call. */
export const FILE_LIMITS: FileLimits = {
  fileBytes: 200 * MB,
  lines: 50_000,
  lineBytes: 4 * MB,
  files: 1_000,
  bytesOfAll: 2_000 * MB,
  keepMs: 30 * DAY_MS,
};

/** Most that a caller may name, and least, as with OpenAI. */
export const LEAST_KEEP_SECONDS = 3_600;
export const MOST_KEEP_SECONDS = 30 * 86_400;

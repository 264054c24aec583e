import { setImmediate as nextTurn } from "node:timers/promises";
import type { BatchProblem, KeptBatch } from "../../store/batches/kept-batches.ts";
import type { KeptFiles } from "../../store/batches/kept-files.ts";
import { failureOf } from "../http-problem.ts";
import type { JsonReader } from "../json-body.ts";
import { readBatchLine } from "./batch-line.ts";

/** What is wrong with the lines of a batch. */
export interface CheckedInput {
  /** Lines. */
  readonly total: number;
  readonly problems: readonly BatchProblem[];
}

/** Lines that are read without a break. */
const LINES_AT_A_TIME = 32;
/** Told of one file. */
const MOST_PROBLEMS = 100;

/** Reads all lines before any is asked; others have their turn in between. What their bodies ask for is seen when they are asked. */
export async function checkInput(
  { input, endpoint }: KeptBatch,
  { files, read, signal }: { readonly files: KeptFiles; readonly read: JsonReader; readonly signal: AbortSignal },
): Promise<CheckedInput> {
  const problems: BatchProblem[] = [];
  const ids = new Set<string>();
  let total = 0;
  for (let after = -1; problems.length < MOST_PROBLEMS && !signal.aborted; ) {
    const lines = files.linesAfter(input, after, LINES_AT_A_TIME);
    const last = lines.at(-1);
    if (last === undefined) break;
    for (const { line, text } of lines) {
      total += 1;
      const problem = problemOf(text, { ids, endpoint, read });
      if (problem !== undefined) problems.push({ ...problem, line: line + 1 });
    }
    after = last.line;
    await nextTurn();
  }
  return { total, problems: problems.slice(0, MOST_PROBLEMS) };
}

interface Reading {
  readonly ids: Set<string>;
  readonly endpoint: string;
  readonly read: JsonReader;
}

function problemOf(text: Uint8Array, { ids, endpoint, read }: Reading): Omit<BatchProblem, "line"> | undefined {
  try {
    const { customId } = readBatchLine(text, { endpoint, read });
    if (ids.has(customId))
      return {
        code: "duplicate_custom_id",
        message: `custom_id "${customId}" stands in a line before.`,
        param: "custom_id",
      };
    ids.add(customId);
    return undefined;
  } catch (thrown) {
    const { message, details } = failureOf(thrown);
    const { param } = details;
    return { code: "invalid_line", message, param: typeof param === "string" ? param : null };
  }
}

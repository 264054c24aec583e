import { closeSync, openSync, readSync } from "node:fs";
import type { ErrorCode } from "@lloom/protocol/error-codes";
import { decodeOutsideText } from "@lloom/protocol/outside-text";
import { LloomError } from "./errors.ts";

/** A text file that somebody else wrote. */
export interface OutsideFile {
  readonly path: string;
  /** How a sentence begins that is about it: "The password file FILE". */
  readonly what: string;
  /** What it means when it cannot be read. */
  readonly code: ErrorCode;
  /** What to do then. */
  readonly next: string;
  /** Most bytes that it may have. */
  readonly limit?: number;
}

const LIMIT = 1024 * 1024;
const CHUNK = 64 * 1024;

/**
 * The text of a file by whatever program wrote it, see `decodeOutsideText`. Pipes and devices are files too, so it reads up
 * to the limit and does not believe sizes.
 * @throws LloomError of the file's code: not there, too long, UTF-16, or no text.
 */
export function readOutsideFile({ path, what, code, next, limit = LIMIT }: OutsideFile): string {
  let bytes: Uint8Array;
  try {
    bytes = readUpTo(path, limit + 1);
  } catch (cause) {
    throw new LloomError(code, `${what} cannot be read: ${(cause as Error).message}.`, { cause, next });
  }
  if (bytes.length > limit) throw new LloomError(code, `${what} has more than ${limit} bytes.`, { next });
  const { text, problem } = decodeOutsideText(bytes);
  if (problem === undefined) return text;
  throw new LloomError(code, `${what} ${problem}.`, {
    next: "Save it as UTF-8; in Windows PowerShell > writes UTF-16, and Out-File -Encoding utf8 does not.",
  });
}

function readUpTo(path: string, limit: number): Uint8Array {
  const file = openSync(path, "r");
  try {
    const chunks: Uint8Array[] = [];
    for (let length = 0; length < limit; ) {
      const chunk = new Uint8Array(Math.min(CHUNK, limit - length));
      const read = readSync(file, chunk);
      if (read === 0) break;
      chunks.push(chunk.subarray(0, read));
      length += read;
    }
    return Buffer.concat(chunks);
  } finally {
    closeSync(file);
  }
}

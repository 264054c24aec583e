import { existsSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { z } from "@lloom/protocol/zod";
import { dataFile } from "../../config.ts";
import { LloomError } from "../../errors.ts";
import { readOutsideFile } from "../../outside-file.ts";
import type { Settings } from "../../settings.ts";

/*
 * How `lloom drain` and the executor of a data directory speak: a file each, beside the log that both know. Files work wherever the
 * directory does, in containers too, where a process cannot be signalled.
 */

/** What somebody wants: no new requests, and then to stay or to stop. No file: to sell. */
export interface DrainWish {
  readonly stay: boolean;
}

const amount = z
  .string()
  .regex(/^\d{1,39}$/)
  .transform(BigInt);
const wishSchema = z
  .object({ version: z.literal(1), stay: z.boolean() })
  .transform(({ stay }): DrainWish => ({ stay }));
const wordSchema = z
  .object({
    version: z.literal(1),
    stay: z.boolean(),
    /** `drained`: nothing runs, and what could be settled is. `stopped`: its process is ending. */
    state: z.enum(["finishing", "settling", "drained", "stopped"]),
    /** Requests that are not answered yet. */
    open: z.number().int().min(0),
    /** Base units that are not settled. */
    owed: amount,
    /** Disputes that it has to answer. */
    disputes: z.number().int().min(0),
    /** Why not everything could be settled. */
    problem: z.string().optional(),
    token: z.object({ symbol: z.string(), decimals: z.number().int().min(0).max(77) }),
  })
  .transform(({ version: _, ...word }) => word);
/** How far the executor is; no file while it sells. */
export type DrainWord = z.infer<typeof wordSchema>;

const wishFile = (settings: Settings): string => dataFile(settings, "drain.json");
const wordFile = (settings: Settings): string => dataFile(settings, "drain-state.json");

export const readWish = (settings: Settings): DrainWish | undefined => readFile(wishFile(settings), wishSchema);
export const readWord = (settings: Settings): DrainWord | undefined => readFile(wordFile(settings), wordSchema);

/** Throws STORE_FAILED. */
export const writeWish = (settings: Settings, wish: DrainWish): void =>
  writeWhole(wishFile(settings), JSON.stringify({ version: 1, ...wish }));

/** Throws STORE_FAILED. */
export const writeWord = (settings: Settings, { owed, ...rest }: DrainWord): void =>
  writeWhole(wordFile(settings), JSON.stringify({ version: 1, ...rest, owed: owed.toString() }));

export const removeWish = (settings: Settings): void => rmSync(wishFile(settings), { force: true });
export const removeWord = (settings: Settings): void => rmSync(wordFile(settings), { force: true });

/** Whoever reads it meanwhile finds the one before, or this one. */
function writeWhole(path: string, text: string): void {
  try {
    writeFileSync(`${path}.new`, `${text}\n`, { mode: 0o600 });
    renameSync(`${path}.new`, path);
  } catch (cause) {
    throw new LloomError("STORE_FAILED", `${path} cannot be written: ${(cause as Error).message}.`, { cause });
  }
}

/** What is no file of this version is none. */
function readFile<T>(path: string, schema: z.ZodType<T>): T | undefined {
  if (!existsSync(path)) return undefined;
  try {
    const text = readOutsideFile({ path, what: path, code: "STORE_FAILED", next: `Remove ${path}.` });
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

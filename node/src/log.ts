import { type Logger, pino } from "pino";

/** Structured log: constant messages with fields. Prompts, answers and secrets never go in. */
export type Log = Logger;

export interface LogOptions {
  readonly level: "fatal" | "error" | "warn" | "info" | "debug" | "trace" | "silent";
  /** Role or command, on each line. */
  readonly name: string;
}

/** A JSON-lines log on standard error, so that standard output stays for answers. */
export function createLog({ level, name }: LogOptions): Log {
  return pino(
    { level, name, base: { name }, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 2, sync: true }),
  );
}

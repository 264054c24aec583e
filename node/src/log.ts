import { type Logger, pino } from "pino";

/** Structured log: constant messages with fields. Prompts, answers and secrets never go in. */
export type Log = Logger;

export interface LogOptions {
  readonly level: "fatal" | "error" | "warn" | "info" | "debug" | "trace" | "silent";
  /** Role or command, on each line. */
  readonly name: string;
  /** Takes the lines; standard error unless given, so that standard output stays for answers. */
  readonly write?: (line: string) => void;
}

/** Lines that whoever reads them has not taken, in bytes; those beyond are dropped. */
const MOST_UNREAD = 8 * 1024 * 1024;

/** How long a line waits for the next ones: each write goes through a thread, which costs more than the line. */
const TOGETHER_MS = 20;

let stderr: ReturnType<typeof pino.destination> | undefined;
let held = "";

/** Standard error, without waiting for its reader: a full pipe would stop the whole node. At the end what is left is written. */
function toStderr(line: string): void {
  if (stderr === undefined) {
    stderr = pino.destination({ dest: 2, sync: false, maxLength: MOST_UNREAD });
    // Before what writes the rest of it.
    process.prependListener("exit", writeHeld);
  }
  if (held === "") setTimeout(writeHeld, TOGETHER_MS);
  held += line;
}

function writeHeld(): void {
  if (held !== "") stderr?.write(held);
  held = "";
}

/** A JSON-lines log. Whatever gets into it, of addresses on the web it holds the server alone. */
export function createLog({ level, name, write: take = toStderr }: LogOptions): Log {
  return pino(
    { level, name, base: { name }, timestamp: pino.stdTimeFunctions.isoTime },
    { write: (line) => take(withoutSecrets(line)) },
  );
}

const WEB_ADDRESS = /\b((?:https?|wss?):\/\/)(?:[^\s"'\\/@]*@)?([^\s"'\\/?#<>]*)([/?#][^\s"'\\<>)]*)?/gi;

/** User info, path and query of web addresses hold keys: of libraries' errors too, which nobody here words. */
const withoutSecrets = (line: string): string =>
  line.replace(WEB_ADDRESS, (_, scheme: string, server: string, rest: string | undefined) =>
    rest === undefined || rest === "/" ? `${scheme}${server}` : `${scheme}${server}/...`,
  );

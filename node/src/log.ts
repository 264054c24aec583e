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

/** A JSON-lines log. Whatever gets into it, of addresses on the web it holds the server alone. */
export function createLog({ level, name, write }: LogOptions): Log {
  const stderr = pino.destination({ dest: 2, sync: true });
  const take = write ?? ((line: string): void => void stderr.write(line));
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

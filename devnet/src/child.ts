import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream, mkdirSync, type WriteStream } from "node:fs";
import { setPriority } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { stripVTControlCharacters } from "node:util";
import { COMPILE_CACHE } from "../../checkout/paths.ts";

/** What to run: always this Node, never a shell. */
export interface ProcessSpec {
  /** Short name, also of its log file. */
  readonly name: string;
  readonly script: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Lower scheduling priority, for work that nobody waits for: beside other busy programs it may hardly go on. */
  readonly nice?: boolean;
}

export interface ChildOptions {
  readonly spec: ProcessSpec;
  readonly logPath: string;
  /**
   * What it takes for the user's home, with its temporary files: what its libraries keep there must neither fail nor stay. All
   * networks of this machine have the same keys and addresses, and a node locks its key where temporary files are.
   */
  readonly home: string | undefined;
  /** Flags of Node's own, the same for all. */
  readonly flags: readonly string[];
  readonly onLine: (line: string) => void;
}

/** Lines of a failed child that are shown. */
const TAIL_LINES = 15;
const NICENESS = 10;

/** A process in a group of its own, with its output in a log file. */
export class Child {
  readonly pid: number;
  readonly logPath: string;
  /** Resolves with the exit code when it and its group have ended (null: by a signal). */
  readonly ended: Promise<number | null>;
  readonly #process: ChildProcess;
  readonly #log: WriteStream;
  readonly #tail: string[] = [];
  #alive = true;

  constructor({ spec, logPath, home, flags, onLine }: ChildOptions) {
    this.logPath = logPath;
    if (home !== undefined) mkdirSync(temporaryIn(home), { recursive: true });
    this.#process = spawn(process.execPath, [...flags, spec.script, ...spec.args], {
      cwd: spec.cwd,
      env: { ...process.env, ...homeVariables(home), ...PLAIN, ...spec.env },
      stdio: ["ignore", "pipe", "pipe"],
      detached: process.platform !== "win32",
    });
    this.pid = this.#process.pid ?? 0;
    if (spec.nice === true && this.pid !== 0) lowerPriority(this.pid);
    this.#log = createWriteStream(logPath, { flags: "a" });
    for (const stream of [this.#process.stdout, this.#process.stderr])
      if (stream !== null) createInterface({ input: stream }).on("line", (line) => this.#take(line, onLine));
    this.ended = this.#end();
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** Its last lines, for people. */
  get lastLines(): string {
    return this.#tail.map((line) => `    ${line}`).join("\n");
  }

  /** Sends the signal to the whole group. */
  signal(name: NodeJS.Signals): void {
    if (this.pid === 0 || !this.#alive) return;
    if (process.platform === "win32") this.#process.kill(name);
    else killGroup(this.pid, name);
  }

  #take(line: string, onLine: (line: string) => void): void {
    this.#log.write(`${line}\n`);
    this.#tail.push(stripVTControlCharacters(line));
    if (this.#tail.length > TAIL_LINES) this.#tail.shift();
    onLine(line);
  }

  #end(): Promise<number | null> {
    return new Promise((resolve) => {
      const over = (code: number | null): void => {
        this.#alive = false;
        // A daemon that ends may leave a process of its own behind: nobody outlives its group's leader.
        if (this.pid !== 0) killGroup(this.pid, "SIGKILL");
        this.#log.end();
        resolve(code);
      };
      this.#process.once("error", () => over(1));
      this.#process.once("close", over);
    });
  }
}

const PLAIN = { FORCE_COLOR: "0", NO_COLOR: "1", NODE_COMPILE_CACHE: COMPILE_CACHE };

const temporaryIn = (home: string): string => join(home, "tmp");

function homeVariables(home: string | undefined): Readonly<Record<string, string>> {
  if (home === undefined) return {};
  const temporary = temporaryIn(home);
  return {
    HOME: home,
    TMPDIR: temporary,
    TMP: temporary,
    TEMP: temporary,
    XDG_CACHE_HOME: join(home, ".cache"),
    XDG_CONFIG_HOME: join(home, ".config"),
    XDG_DATA_HOME: join(home, ".local/share"),
    XDG_STATE_HOME: join(home, ".local/state"),
  };
}

function lowerPriority(pid: number): void {
  try {
    setPriority(pid, NICENESS);
  } catch {
    // It ended already, or this system does not let us: then it runs like the others.
  }
}

function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is gone already, which is what was wanted.
  }
}

import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream, type WriteStream } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { stripVTControlCharacters } from "node:util";
import { ExplainedError } from "../../checkout/explained-error.ts";

/** What to run: always this Node, never a shell. */
export interface ProcessSpec {
  /** Short name, also of its log file. */
  readonly name: string;
  readonly script: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Lower scheduling priority, for work that others wait for less. */
  readonly nice?: boolean;
}

/** A running child. */
export interface ManagedProcess {
  readonly name: string;
  readonly pid: number;
  /** Lines of standard output from now on, until it ends. */
  readonly lines: () => AsyncIterable<string>;
  /** Resolves with the exit code when it has ended (null: by a signal). */
  readonly ended: Promise<number | null>;
  /** Ends it by the given signal and waits. */
  readonly kill: (signal: NodeJS.Signals) => Promise<void>;
}

interface Child {
  readonly spec: ProcessSpec;
  readonly process: ChildProcess;
  readonly log: WriteStream;
  readonly tail: string[];
  readonly ended: Promise<number | null>;
  /** Its end is wanted, so it is no failure. */
  expected: boolean;
  alive: boolean;
}

/** Lines of a failed child that are shown. */
const TAIL_LINES = 15;
/** Time for children to end by themselves; Ctrl-C must be over in 10 s. */
const GRACE_MS = 6_000;

/**
 * Ends every process group that it was told about once its standard input closes: so nothing outlives a supervisor that
 * was killed without a chance to clean up.
 */
const WATCHDOG = `
const groups = new Set();
require("node:readline").createInterface({ input: process.stdin })
  .on("line", (line) => groups[line[0] === "+" ? "add" : "delete"](Number(line.slice(1))))
  .on("close", () => {
    const send = (signal) => { for (const group of groups) try { process.kill(-group, signal) } catch {} };
    send("SIGINT");
    setTimeout(() => { send("SIGKILL"); process.exit() }, ${GRACE_MS});
  });
process.on("SIGINT", () => {});
`;

/** Runs the network's processes, each in its own group, with its output in a log file; stops them last-first. */
export class Supervisor implements AsyncDisposable {
  readonly #logDir: string;
  readonly #children: Child[] = [];
  readonly #watchdog: ChildProcess;
  readonly #failure = Promise.withResolvers<never>();
  #stopping = false;

  constructor(logDir: string) {
    this.#logDir = logDir;
    this.#watchdog = spawn(process.execPath, ["-e", WATCHDOG], { stdio: ["pipe", "ignore", "ignore"], detached: true });
    this.#failure.promise.catch(() => undefined);
  }

  /** Rejects when a child ends that should not have. */
  get failure(): Promise<never> {
    return this.#failure.promise;
  }

  /** Path of a child's log. */
  logPath(name: string): string {
    return join(this.#logDir, `${name}.log`);
  }

  /** Starts a process that should live until it is stopped. */
  start(spec: ProcessSpec): ManagedProcess {
    const child = this.#spawn(spec);
    child.ended.then((code) => {
      if (!child.expected && !this.#stopping) this.#failure.reject(this.#explain(child, code));
    });
    return this.#manage(child);
  }

  /** Runs a process to its end; resolves with its standard output, rejects if it fails. */
  async run(spec: ProcessSpec): Promise<string> {
    const child = this.#spawn(spec);
    child.expected = true;
    const output: string[] = [];
    const collect = (async () => {
      for await (const line of linesOf(child.process)) output.push(line);
    })();
    const code = await child.ended;
    await collect;
    if (code !== 0) throw this.#explain(child, code);
    return output.join("\n");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    const living = this.#children.filter((child) => child.alive).reverse();
    for (const child of living) signalGroup(child, "SIGINT");
    const hard = setTimeout(() => {
      for (const child of living) if (child.alive) signalGroup(child, "SIGKILL");
    }, GRACE_MS);
    await Promise.all(living.map((child) => child.ended));
    clearTimeout(hard);
    for (const child of this.#children) child.log.end();
    this.#watchdog.kill("SIGKILL");
  }

  #spawn(spec: ProcessSpec): Child {
    if (this.#stopping) throw new ExplainedError("The network is stopping.", "Start it again.");
    const child = spawn(process.execPath, [spec.script, ...spec.args], {
      cwd: spec.cwd,
      env: { ...process.env, FORCE_COLOR: "0", NO_COLOR: "1", ...spec.env },
      stdio: ["ignore", "pipe", "pipe"],
      detached: process.platform !== "win32",
    });
    const log = createWriteStream(this.logPath(spec.name), { flags: "a" });
    const tail: string[] = [];
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on("line", (line) => {
        log.write(`${line}\n`);
        tail.push(stripVTControlCharacters(line));
        if (tail.length > TAIL_LINES) tail.shift();
      });
    this.#watchdog.stdin?.write(`+${child.pid}\n`);
    const entry: Child = { spec, process: child, log, tail, ended: this.#end(child), expected: false, alive: true };
    entry.ended.then(() => {
      entry.alive = false;
    });
    this.#children.push(entry);
    return entry;
  }

  #end(child: ChildProcess): Promise<number | null> {
    return new Promise((resolve) => {
      child.once("error", () => resolve(1));
      child.once("close", (code) => {
        // A daemon that ends may leave a helper of its own behind: nobody outlives its group's leader.
        if (child.pid !== undefined) killGroup(child.pid, "SIGKILL");
        this.#watchdog.stdin?.write(`-${child.pid}\n`);
        resolve(code);
      });
    });
  }

  #manage(child: Child): ManagedProcess {
    return {
      name: child.spec.name,
      pid: child.process.pid ?? 0,
      lines: () => linesOf(child.process),
      ended: child.ended,
      kill: async (signal) => {
        child.expected = true;
        signalGroup(child, signal);
        await child.ended;
      },
    };
  }

  #explain(child: Child, code: number | null): ExplainedError {
    const how = code === null ? "was killed" : `ended with exit code ${code}`;
    const tail = child.tail.map((line) => `    ${line}`).join("\n");
    return new ExplainedError(
      `${child.spec.name} ${how}. Its last lines:\n${tail}`,
      `Read all of it in ${this.logPath(child.spec.name)}.`,
    );
  }
}

function linesOf(child: ChildProcess): AsyncIterable<string> {
  if (child.stdout === null) throw new ExplainedError("A child without output was asked for lines.", "Report this.");
  return createInterface({ input: child.stdout });
}

function signalGroup(child: Child, signal: NodeJS.Signals): void {
  if (child.process.pid === undefined || !child.alive) return;
  if (process.platform === "win32") child.process.kill(signal);
  else killGroup(child.process.pid, signal);
}

function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is gone already, which is what was wanted.
  }
}

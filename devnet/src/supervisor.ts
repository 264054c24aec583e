import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { ExplainedError } from "../../checkout/explained-error.ts";
import { Child, type ProcessSpec } from "./child.ts";
import { lastWords, Part, type PartSpec } from "./part.ts";

export interface SupervisorOptions {
  /** What the processes take for the user's home; the user's own if left out. */
  readonly home?: string;
  /** Flags of Node's own, for every process. */
  readonly flags?: readonly string[];
  /** Tells people what happens to parts. */
  readonly tell?: (text: string) => void;
}

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

/** Runs the network's processes; names those that die, starts them again, and stops all of them last-first. */
export class Supervisor implements AsyncDisposable {
  readonly #logDir: string;
  readonly #options: SupervisorOptions;
  readonly #children: Child[] = [];
  readonly #parts: Part[] = [];
  readonly #watchdog: ChildProcess;
  readonly #failure = Promise.withResolvers<never>();
  #stopping = false;

  constructor(logDir: string, options: SupervisorOptions = {}) {
    this.#logDir = logDir;
    this.#options = options;
    this.#watchdog = spawn(process.execPath, ["-e", WATCHDOG], { stdio: ["pipe", "ignore", "ignore"], detached: true });
    // Whoever was stopped meanwhile hears nothing more.
    this.#watchdog.stdin?.on("error", () => undefined);
    this.#failure.promise.catch(() => undefined);
  }

  /** Rejects when a part ends without which the network cannot go on. */
  get failure(): Promise<never> {
    return this.#failure.promise;
  }

  /** Every part that was started and is not over. */
  get parts(): readonly Part[] {
    return this.#parts.filter(({ alive }) => alive);
  }

  /** Tells people something. */
  tell(text: string): void {
    if (!this.#stopping) this.#options.tell?.(text);
  }

  /** Starts a process that should live until it is stopped. */
  start(spec: PartSpec): Part {
    const part = new Part({
      spec,
      spawn: (onLine) => this.#spawn(spec, onLine),
      tell: (text) => this.tell(text),
      onLoss: (error) => this.#failure.reject(error),
    });
    this.#parts.push(part);
    return part;
  }

  /** Runs a process to its end, however long it takes; rejects if it fails. */
  async run(spec: ProcessSpec): Promise<void> {
    const child = this.#spawn(spec, () => undefined);
    const code = await child.ended;
    if (code !== 0) throw lastWords(spec.name, child, code);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    for (const part of this.#parts) part.expectEnd();
    const living = this.#children.filter((child) => child.alive).reverse();
    for (const child of living) child.signal("SIGINT");
    const hard = setTimeout(() => {
      for (const child of living) child.signal("SIGKILL");
    }, GRACE_MS);
    await Promise.all(living.map((child) => child.ended));
    clearTimeout(hard);
    this.#watchdog.kill("SIGKILL");
  }

  #spawn(spec: ProcessSpec, onLine: (line: string) => void): Child {
    if (this.#stopping) throw new ExplainedError("The network is stopping.", "Start it again.");
    const child = new Child({
      spec,
      logPath: join(this.#logDir, `${spec.name}.log`),
      home: this.#options.home,
      flags: this.#options.flags ?? [],
      onLine,
    });
    this.#watchdog.stdin?.write(`+${child.pid}\n`);
    child.ended.then(() => this.#watchdog.stdin?.write(`-${child.pid}\n`));
    this.#children.push(child);
    return child;
  }
}

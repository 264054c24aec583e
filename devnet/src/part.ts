import { setTimeout as delay } from "node:timers/promises";
import { ExplainedError } from "../../checkout/explained-error.ts";
import { backoffMs } from "../../node/src/primitives/backoff.ts";
import type { Child, ProcessSpec } from "./child.ts";

/** A process that should live as long as the network. */
export interface PartSpec extends ProcessSpec {
  /** The others cannot go on without what it holds in memory: it is not started again, and its end is the network's. */
  readonly vital?: boolean;
  /** A line by which it says that it is up; the first that somebody waits for by `firstLine` unless given. */
  readonly saysUp?: RegExp;
}

export interface PartOptions {
  readonly spec: PartSpec;
  readonly spawn: (onLine: (line: string) => void) => Child;
  /** Tells people what happened to it. */
  readonly tell: (text: string) => void;
  /** Called when a vital part is over that should not be. */
  readonly onLoss: (error: ExplainedError) => void;
}

/** How often a part that dies is started again; whoever dies more often needs people. */
const REVIVALS = 3;
const PAUSES = { firstMs: 500, longestMs: 2_000 };

/** A member of the network: the process that it is now, and what happens when that one dies. */
export class Part {
  readonly name: string;
  /** Resolves when it has ended and will not be started again. */
  readonly ended: Promise<void>;
  readonly #options: PartOptions;
  readonly #over = Promise.withResolvers<void>();
  readonly #listeners = new Set<(line: string) => void>();
  #child: Child;
  #revivals = 0;
  #lines = 0;
  /** Its end is wanted, so it is no failure. */
  #expected = false;
  #lastWords: ExplainedError | undefined;
  /** Whether a line says that it is up. */
  #saysUp: ((line: string) => boolean) | undefined;
  /** It was started again and has not said yet that it is up. */
  #isComingUp = false;

  constructor(options: PartOptions) {
    this.#options = options;
    this.name = options.spec.name;
    this.ended = this.#over.promise;
    const { saysUp } = options.spec;
    if (saysUp !== undefined) this.#saysUp = (line) => saysUp.test(line);
    this.#child = this.#spawn();
  }

  get pid(): number {
    return this.#child.pid;
  }
  get alive(): boolean {
    return this.#child.alive;
  }
  get logPath(): string {
    return this.#child.logPath;
  }
  /** Lines that it has written so far. */
  get lines(): number {
    return this.#lines;
  }

  /** From now on its end is no failure. */
  expectEnd(): void {
    this.#expected = true;
  }

  signal(name: NodeJS.Signals): void {
    this.#child.signal(name);
  }

  /** Ends it by the given signal and waits. */
  async kill(signal: NodeJS.Signals): Promise<void> {
    this.expectEnd();
    this.signal(signal);
    await this.ended;
  }

  /** Rejects with its last words when the part is over. */
  async loss(): Promise<never> {
    await this.ended;
    throw this.#lastWords ?? new ExplainedError(`${this.name} was stopped.`, "Start it again.");
  }

  /** What `read` makes of the first line that it does not take for undefined; rejects when the part is over before. */
  async firstLine<T>(read: (line: string) => T | undefined): Promise<T> {
    const found = Promise.withResolvers<T>();
    const listener = (line: string): void => {
      const value = read(line);
      if (value !== undefined) found.resolve(value);
    };
    this.#saysUp ??= (line) => read(line) !== undefined;
    this.#listeners.add(listener);
    try {
      return await Promise.race([found.promise, this.loss()]);
    } finally {
      this.#listeners.delete(listener);
    }
  }

  #spawn(): Child {
    const child = this.#options.spawn((line) => {
      this.#lines++;
      if (this.#isComingUp && this.#saysUp?.(line) === true) {
        this.#isComingUp = false;
        this.#options.tell(`   ${this.name} is up again.`);
      }
      for (const listener of this.#listeners) listener(line);
    });
    child.ended.then((code) => this.#afterEnd(child, code));
    return child;
  }

  async #afterEnd(child: Child, code: number | null): Promise<void> {
    if (this.#expected) {
      this.#over.resolve();
      return;
    }
    const { spec, tell, onLoss } = this.#options;
    this.#lastWords = lastWords(this.name, child, code);
    const { message, next } = this.#lastWords;
    if (spec.vital === true) {
      onLoss(this.#lastWords);
      this.#over.resolve();
    } else if (this.#revivals === REVIVALS) {
      tell(
        `   ${message}\n   It ended ${REVIVALS + 1} times and stays down; the rest goes on. ${next} Ctrl-C and npm start bring it back.`,
      );
      this.#over.resolve();
    } else {
      tell(`   ${message}\n   It is started again; the rest goes on. ${next}`);
      await delay(backoffMs(++this.#revivals, PAUSES));
      this.#isComingUp = true;
      if (this.#expected) this.#over.resolve();
      else this.#child = this.#spawn();
    }
  }
}

/** How a process ended, its last lines, and where to read all of them. */
export function lastWords(name: string, child: Child, code: number | null): ExplainedError {
  const how = code === null ? "was killed" : `ended with exit code ${code}`;
  const lines = child.lastLines;
  return new ExplainedError(
    `${name} ${how}. ${lines === "" ? "It wrote nothing." : `Its last lines:\n${lines}`}`,
    `Read all of it in ${child.logPath}.`,
  );
}

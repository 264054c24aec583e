import { createInterface, type Interface } from "node:readline";
import { Writable } from "node:stream";

/** Where the lines of a conversation come from. */
export interface TypedLines extends Disposable {
  /** The next line; undefined when there are no more. The prompt is shown on a terminal alone. */
  next(prompt: string): Promise<string | undefined>;
  /** What Ctrl-C does while no line is asked for. */
  onInterrupt(act: () => void): void;
}

export interface TypedLinesOptions {
  readonly input: NodeJS.ReadStream;
  /** What a terminal shows its lines on. */
  readonly screen: NodeJS.WriteStream;
  /** Ends the lines. */
  readonly signal: AbortSignal;
  /** Said when Ctrl-C is pressed and there is nothing to stop. */
  readonly hint: string;
}

/** A line that ends so goes on in the next one. */
const GOES_ON = "\\";

/**
 * Lines of a terminal, with its keys for editing and its memory of what was typed, or of a pipe, one after the other. At a terminal
 * Ctrl-C is a key: it throws away the line that is being typed, or stops what goes on meanwhile. What is typed while nobody
 * asks is kept, and shown only when its turn comes.
 */
export function openTypedLines({ input, screen, signal, hint }: TypedLinesOptions): TypedLines {
  const isTerminal = input.isTTY === true;
  let isAsking = false;
  let isOver = false;
  let interrupt = (): void => undefined;
  const waiting: string[] = [];
  let wake = (): void => undefined;
  const output = new QuietScreen(screen, () => isAsking);
  const lines: Interface = createInterface({ input, terminal: isTerminal, ...(isTerminal && { output }) });
  lines.on("line", (line) => {
    waiting.push(line);
    // Of a pipe no more is read than is asked for; a terminal's keys have to be heard all the time.
    if (!isTerminal) lines.pause();
    wake();
  });
  lines.on("close", () => {
    isOver = true;
    wake();
  });
  lines.on("SIGINT", () => {
    if (!isAsking) return interrupt();
    const hadText = lines.line !== "";
    lines.write(null, { ctrl: true, name: "e" });
    lines.write(null, { ctrl: true, name: "u" });
    screen.write(hadText ? "\n" : `\n${hint}\n`);
    lines.prompt();
  });
  const close = (): void => lines.close();
  signal.addEventListener("abort", close, { once: true });
  if (signal.aborted) close();

  const one = async (prompt: string): Promise<string | undefined> => {
    if (waiting.length === 0 && !isOver) {
      isAsking = true;
      const { promise, resolve } = Promise.withResolvers<void>();
      wake = resolve;
      lines.setPrompt(prompt);
      if (isTerminal) lines.prompt(true);
      else lines.resume();
      await promise;
      isAsking = false;
    }
    const line = waiting.shift();
    if (line === undefined && isTerminal) screen.write("\n");
    return line;
  };
  return {
    next: async (prompt) => {
      let text = await one(prompt);
      while (isTerminal && text?.endsWith(GOES_ON) === true) {
        const more = await one("  ");
        text = `${text.slice(0, -GOES_ON.length)}\n${more ?? ""}`;
      }
      return text;
    },
    onInterrupt: (act) => {
      interrupt = act;
    },
    [Symbol.dispose]: () => {
      signal.removeEventListener("abort", close);
      lines.close();
    },
  };
}

/** A terminal on which keys are shown only while a line is asked for: an answer is written there meanwhile. */
class QuietScreen extends Writable {
  readonly #screen: NodeJS.WriteStream;
  readonly #isShown: () => boolean;

  constructor(screen: NodeJS.WriteStream, isShown: () => boolean) {
    super({ decodeStrings: false });
    this.#screen = screen;
    this.#isShown = isShown;
  }

  /** By these the line being typed is wrapped. */
  get columns(): number {
    return this.#screen.columns;
  }

  override _write(chunk: string | Uint8Array, _encoding: BufferEncoding, done: () => void): void {
    if (this.#isShown()) this.#screen.write(chunk);
    done();
  }
}

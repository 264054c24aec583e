import type { Screen } from "./lines.ts";

const ENTER = "\x1b[?1049h\x1b[?25l";
const LEAVE = "\x1b[?25h\x1b[?1049l";
/** q, Q, Escape, Ctrl-C, Ctrl-D. */
const ENDS: ReadonlySet<string> = new Set(["q", "Q", "\x1b", "\x03", "\x04"]);

/** A terminal that is drawn over and over, and given back as it was. */
export interface LiveScreen extends Disposable {
  readonly size: Screen;
  draw(lines: readonly string[]): void;
  /** Aborts when a key asks for the end. */
  readonly ended: AbortSignal;
  /** What is done when the terminal has another size. */
  onResize(act: () => void): void;
}

export interface LiveScreenOptions {
  readonly input: Pick<NodeJS.ReadStream, "isTTY" | "setRawMode" | "on" | "off" | "resume" | "pause">;
  readonly output: Pick<NodeJS.WriteStream, "columns" | "rows" | "write" | "on" | "off">;
}

/** Takes the terminal: an own screen, no cursor, keys as they are pressed. */
export function openLiveScreen({ input, output }: LiveScreenOptions): LiveScreen {
  const end = new AbortController();
  let redraw = (): void => undefined;
  const onKey = (keys: Buffer | string): void => {
    if (ENDS.has(String(keys))) end.abort();
  };
  const onResize = (): void => redraw();
  const leave = (): void => void output.write(LEAVE);
  output.write(ENTER);
  // However the process ends, the cursor comes back.
  process.once("exit", leave);
  output.on("resize", onResize);
  if (input.isTTY) {
    input.setRawMode(true);
    input.on("data", onKey);
    input.resume();
  }
  return {
    get size() {
      return { columns: output.columns || 80, rows: output.rows || 24 };
    },
    // Each line is erased behind its end, and the rest of the screen below the last: nothing flickers.
    draw: (lines) => void output.write(`\x1b[H${lines.map((line) => `${line}\x1b[K`).join("\r\n")}\x1b[J`),
    ended: end.signal,
    onResize: (act) => {
      redraw = act;
    },
    [Symbol.dispose]: () => {
      process.off("exit", leave);
      output.off("resize", onResize);
      if (input.isTTY) {
        input.off("data", onKey);
        input.setRawMode(false);
        input.pause();
      }
      leave();
    },
  };
}

import { nameText } from "./terminal-text.ts";

/** Says on standard error what a command is at. */
export interface ProgressLine {
  /** In the place of what it said before. */
  show(text: string): void;
  clear(): void;
}

/** One line that is written over and erased; nothing where standard error is no terminal. */
export function progressLine(stream: NodeJS.WriteStream = process.stderr): ProgressLine {
  if (!stream.isTTY) return { show: () => undefined, clear: () => undefined };
  let isShown = false;
  return {
    show: (text) => {
      stream.write(`\r\x1b[2K${nameText(text).slice(0, (stream.columns || 80) - 1)}`);
      isShown = true;
    },
    // What somebody else has written into the line since is not erased.
    clear: () => {
      if (isShown) stream.write("\r\x1b[2K");
      isShown = false;
    },
  };
}

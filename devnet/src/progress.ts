import { styleText } from "node:util";
import { steadyClock } from "../../node/src/primitives/clock.ts";
import type { Timings } from "./timings.ts";

/** Where the devnet tells how far it is. */
export interface Progress {
  /** Tells that a step began; call the result with what came of it. */
  readonly step: (name: string) => (outcome?: string) => void;
  /** Lines of their own. */
  readonly say: (lines: string) => void;
  /** Leaves the stream to whoever writes text in pieces, until the result is called; what is told meanwhile comes after it. */
  readonly hold: () => () => void;
  /** Ends the moving line, if there is one. */
  readonly stop: () => void;
}

const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const FRAME_MS = 100;
const NAME_WIDTH = 22;

/**
 * Steps as lines, finished ones with their seconds. On a terminal the running steps stand in one moving line below;
 * elsewhere each beginning is a line, so that a log shows the same story.
 */
export function createProgress(stream: NodeJS.WriteStream, timings: Timings): Progress {
  const { began } = timings;
  const running = new Map<string, number>();
  const seconds = (since: number): string => `${((steadyClock() - since) / 1000).toFixed(1).padStart(6)} s`;
  let frame = 0;
  let held: string[] | undefined;

  const erase = (): void => {
    if (stream.isTTY) stream.write("\r\x1b[2K");
  };
  const draw = (): void => {
    if (!stream.isTTY || running.size === 0 || held !== undefined) return;
    const mark = FRAMES[frame++ % FRAMES.length] ?? "";
    const line = ` ${mark} ${seconds(began)}  ${[...running.keys()].join(" · ")}`;
    stream.write(`\r\x1b[2K${line.slice(0, (stream.columns || 80) - 1)}`);
  };
  const timer = stream.isTTY ? setInterval(draw, FRAME_MS).unref() : undefined;
  const say = (lines: string): void => {
    if (held !== undefined) {
      held.push(lines);
      return;
    }
    erase();
    stream.write(`${lines}\n`);
    draw();
  };
  const release = (): void => {
    const waiting = held ?? [];
    held = undefined;
    for (const lines of waiting) say(lines);
  };

  return {
    say,
    hold: () => {
      erase();
      held = [];
      return release;
    },
    step: (name) => {
      const since = steadyClock();
      running.set(name, since);
      if (!stream.isTTY) say(`   ${name} …`);
      return (outcome = "") => {
        running.delete(name);
        timings.record(name, since);
        const done = styleText("green", "✓", { stream });
        say(
          ` ${done} ${name.padEnd(NAME_WIDTH)} ${seconds(since)}  ${styleText("dim", outcome, { stream })}`.trimEnd(),
        );
      };
    },
    stop: () => {
      clearInterval(timer);
      if (held === undefined) erase();
    },
  };
}

/** One step of a start, with how long it took and what came of it. */
export async function timed<T>(
  progress: Progress,
  name: string,
  work: () => Promise<T>,
  outcome?: (result: T) => string,
): Promise<T> {
  const done = progress.step(name);
  const result = await work();
  done(outcome?.(result) ?? (typeof result === "string" ? result : ""));
  return result;
}

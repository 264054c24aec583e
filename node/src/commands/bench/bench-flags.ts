import { LloomError } from "../../errors.ts";
import type { CommandContext } from "../command.ts";
import { numberFlag } from "../number-flag.ts";

/** What both ways of measuring are told. */
export interface BenchFlags {
  readonly model: string | undefined;
  /** How many at once, in this order. */
  readonly parallel: readonly number[];
  readonly promptTokens: number;
  readonly maxTokens: number;
}

const MOST_AT_ONCE = 1_024;
const MOST_LEVELS = 16;

/** Throws COMMAND_INVALID. */
export function benchFlags({ flags, settings }: Pick<CommandContext, "flags" | "settings">): BenchFlags {
  const { model, parallel, promptTokens, maxTokens } = flags;
  const whole = { minimum: 1, maximum: 1_000_000, isWhole: true };
  return {
    model: typeof model === "string" ? model : undefined,
    parallel: typeof parallel === "string" ? levelsIn(parallel) : powersUpTo(settings.concurrency),
    promptTokens: numberFlag(promptTokens, { name: "prompt-tokens", fallback: 512, ...whole }),
    maxTokens: numberFlag(maxTokens, { name: "max-tokens", fallback: 64, ...whole }),
  };
}

function levelsIn(text: string): readonly number[] {
  const levels = text.split(",").map((part) => (/^\d{1,4}$/.test(part.trim()) ? Number(part) : 0));
  if (levels.length <= MOST_LEVELS && levels.every((level) => level >= 1 && level <= MOST_AT_ONCE)) return levels;
  throw new LloomError("COMMAND_INVALID", `--parallel is "${text}".`, {
    next: `Give ${MOST_LEVELS} whole numbers at most, from 1 to ${MOST_AT_ONCE}: --parallel 1,4,16`,
  });
}

/** 1, 2, 4 ... and the last one itself. */
export function powersUpTo(most: number): readonly number[] {
  const levels: number[] = [];
  for (let level = 1; level < most; level *= 2) levels.push(level);
  return [...levels, most];
}

import type { Sampling } from "@lloom/protocol/messages";
import type { CommandContext, Flag } from "../command.ts";
import { numberFlag } from "../number-flag.ts";

const DEFAULT_MODEL = "lloom-tiny";
const DEFAULT_MAX_TOKENS = 256;

/** Flags that say how something is asked. */
export const ASKING_FLAGS: readonly Flag[] = [
  {
    form: "--model <NAME>",
    describe: `which model, or NAME@sha256:DIGITS for weights by their hash (default: ${DEFAULT_MODEL})`,
  },
  { form: "--system <TEXT>", describe: "instructions before the prompt" },
  { form: "--max-tokens <N>", describe: `most tokens of the answer (default: ${DEFAULT_MAX_TOKENS})` },
  { form: "--temperature <T>", describe: "0 to 2 (default: 0)" },
];

/** What they say. */
export interface AskingTerms {
  readonly model: string;
  readonly system: string | undefined;
  readonly sampling: Sampling;
  readonly maxOutboundTokens: number;
}

/** Throws COMMAND_INVALID for a number that is none. */
export function askingTerms({ flags }: Pick<CommandContext, "flags">): AskingTerms {
  const { model = DEFAULT_MODEL, system, temperature, maxTokens } = flags;
  const heat = numberFlag(temperature, { name: "temperature", fallback: 0, minimum: 0, maximum: 2 });
  return {
    model: String(model),
    system: typeof system === "string" ? system : undefined,
    sampling: {
      temperatureMilli: Math.round(heat * 1000),
      topPMilli: 1000,
      topK: 0,
      stop: [],
      responseFormat: "text",
    },
    maxOutboundTokens: numberFlag(maxTokens, {
      name: "max-tokens",
      fallback: DEFAULT_MAX_TOKENS,
      minimum: 1,
      maximum: 1_000_000,
      isWhole: true,
    }),
  };
}

import { existsSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { type Calibration, measuredRate } from "@lloom/protocol/verification/calibration";
import { LloomError } from "../../errors.ts";
import { givenPlace } from "../../file-place.ts";
import { type CalibrateOptions, confirm, calibrate as measure } from "../../validator/calibrate/calibrate.ts";
import { readCalibrationFile } from "../../validator/calibrate/calibration-file.ts";
import { CHOOSING_CANARIES } from "../../validator/calibrate/conclude.ts";
import { TINY_MODEL } from "../ask/tiny-model.ts";
import { announce, type Command, type CommandContext } from "../command.ts";
import { numberFlag } from "../number-flag.ts";
import { type Comparing, comparable, DEFAULT_BUILDS, SETTINGS_TO_COMPARE } from "./comparable.ts";

/** With which nothing found means a rate below one in a thousand, at 95 % confidence. */
const TELLING_CANARIES = 3_000;
const DEFAULT_CANARIES = CHOOSING_CANARIES + TELLING_CANARIES;
/** With which one that was found still does. */
const CONFIRMING_CANARIES = 5_000;
const PROGRESS_EVERY = 100;

/** `lloom calibrate`: the bounds by which validators judge executors of a model. */
export const calibrate: Command = {
  needs: "nothing",
  arguments: [{ form: "<model>", describe: "tiny (the shipped model), or a GGUF file" }],
  settings: ["threads"],
  flags: [
    { form: "--out <FILE>", describe: "the calibration (default: the model's file with .calibration.json behind it)" },
    {
      form: "--confirm <FILE>",
      describe:
        "count honest canaries of another seed by the bounds of this calibration, and note in it how many lie beyond",
    },
    {
      form: "--canaries <N>",
      describe: `for each configuration (default: ${DEFAULT_CANARIES}; ${CONFIRMING_CANARIES} to confirm)`,
    },
    { form: "--seed <N>", describe: "which canaries are drawn (default: 1; 2 to confirm)" },
    {
      form: "--compare <NAMES>",
      describe: `what to compare with: ${Object.keys(SETTINGS_TO_COMPARE).join(", ")}, builds of llama.cpp, or several of them joined by + (default: each, and ${DEFAULT_BUILDS.join(", ")} where there are such; pairs of them to confirm)`,
    },
  ],
  examples: [
    "lloom calibrate tiny --out tiny.json",
    "lloom calibrate ./qwen3-8b-q4.gguf --canaries 1000",
    "lloom calibrate tiny --confirm tiny.json --seed 3 --compare haswell+no-flash-attention",
  ],
  run: async (context) => {
    const { args, flags } = context;
    const modelPath = args[0] === "tiny" ? TINY_MODEL : givenPlace(String(args[0]), "The model");
    if (!existsSync(modelPath))
      throw new LloomError("CONFIG_INVALID", `There is no model ${modelPath}.`, {
        next: "Give tiny, or the path of a GGUF file.",
      });
    const confirmed = flags["confirm"];
    if (confirmed === undefined) return calibrateAnew(context, modelPath);
    if (flags["out"] !== undefined)
      throw new LloomError("COMMAND_INVALID", "--confirm and --out are given together.", {
        next: "Give --confirm alone: what it counts is noted in that file.",
      });
    return confirmFile(context, { modelPath, file: givenPlace(String(confirmed), "--confirm") });
  },
};

async function calibrateAnew(context: CommandContext, modelPath: string): Promise<void> {
  const { out: given } = context.flags;
  const out = typeof given === "string" ? givenPlace(given, "--out") : `${modelPath}.calibration.json`;
  const options = optionsOf(context, { modelPath, out, mode: "calibrate" });
  const calibration = await measure(options);
  keep(calibration, { out, measuredPath: options.measuredPath });
  const { distanceBound, leadBound, configurations } = calibration;
  const counts = sumOf(configurations);
  const rate = measuredRate(calibration);
  announce(
    context,
    { event: "calibrated", file: out, distanceBound, leadBound, ...counts, falsePositiveRate: rate },
    [
      `Honest nodes differ by less than ${distanceBound} thousandths of a nat, and leads by less than ${leadBound}.`,
      ...wordsOf(counts, rate),
      `Written to ${out}`,
    ].join("\n"),
  );
}

async function confirmFile(
  context: CommandContext,
  { modelPath, file }: { readonly modelPath: string; readonly file: string },
): Promise<void> {
  if (!existsSync(file))
    throw new LloomError("CONFIG_INVALID", `There is no calibration ${file}.`, {
      next: "Make it first: lloom calibrate, without --confirm.",
    });
  const calibration = readCalibrationFile(file);
  const options = optionsOf(context, { modelPath, out: file, mode: "confirm" });
  const found = await confirm(options, calibration);
  const confirmed = { ...calibration, confirmations: [...(calibration.confirmations ?? []), found] };
  keep(confirmed, { out: file, measuredPath: options.measuredPath });
  const counts = sumOf(found.configurations);
  const rate = measuredRate(confirmed);
  announce(
    context,
    { event: "confirmed", file, seed: found.seed, ...counts, falsePositiveRate: rate },
    [...wordsOf(counts, rate), `Noted in ${file}`].join("\n"),
  );
}

/** A power cut leaves the old file, or the new one. */
function keep(
  calibration: Calibration,
  { out, measuredPath }: { readonly out: string; readonly measuredPath: string },
) {
  writeFileSync(`${out}.new`, `${JSON.stringify(calibration, undefined, 2)}\n`);
  renameSync(`${out}.new`, out);
  rmSync(measuredPath);
}

const MODES = {
  calibrate: { canaries: DEFAULT_CANARIES, fewest: CHOOSING_CANARIES + 1, seed: 1 },
  confirm: { canaries: CONFIRMING_CANARIES, fewest: TELLING_CANARIES, seed: 2 },
} as const;

function optionsOf(
  context: CommandContext,
  { modelPath, out, mode }: { readonly modelPath: string; readonly out: string; readonly mode: Comparing },
): CalibrateOptions {
  const { settings, flags, signal, log } = context;
  const { canaries, fewest, seed } = MODES[mode];
  return {
    ...{ modelPath, threads: settings.threads, measuredPath: `${out}.measured`, log, signal },
    configurations: comparable(flags["compare"], mode),
    seed: whole(flags, "seed", { fallback: seed, minimum: 0 }),
    canaries: whole(flags, "canaries", { fallback: canaries, minimum: fewest }),
    onProgress: ({ configuration, done, of }) => {
      if (done % PROGRESS_EVERY === 0 || done === of)
        announce(context, { event: "progress", configuration, done, of }, `${configuration}: ${done} of ${of}`);
    },
  };
}

const whole = (
  flags: CommandContext["flags"],
  name: string,
  { fallback, minimum }: { readonly fallback: number; readonly minimum: number },
): number => numberFlag(flags[name], { name, fallback, minimum, maximum: 1_000_000, isWhole: true });

interface Counts {
  readonly canaries: number;
  readonly found: number;
}

const sumOf = (configurations: readonly Counts[]): Counts => ({
  canaries: configurations.reduce((sum, one) => sum + one.canaries, 0),
  found: configurations.reduce((sum, one) => sum + one.found, 0),
});

const wordsOf = ({ canaries, found }: Counts, rate: number): string[] => [
  `Of ${canaries} honest canaries ${found} were beyond; the rate is below ${rate.toExponential(1)} in every configuration (95 % confidence).`,
];

import { existsSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { type Calibration, measuredRate } from "@lloom/protocol/verification/calibration";
import { LloomError } from "../../errors.ts";
import { buildNames } from "../../validator/calibrate/build-hook.ts";
import { type Configuration, calibrate as measureAll } from "../../validator/calibrate/calibrate.ts";
import { CHOOSING_CANARIES } from "../../validator/calibrate/conclude.ts";
import { TINY_MODEL } from "../ask/tiny-model.ts";
import { announce, type Command, type CommandContext } from "../command.ts";
import { numberFlag } from "../number-flag.ts";

/** With which nothing found means a rate below one in a thousand, at 95 % confidence. */
const DEFAULT_CANARIES = CHOOSING_CANARIES + 3_000;
const PROGRESS_EVERY = 100;
/** The widest and a common processor of each family; which of them there are depends on this machine. */
const DEFAULT_BUILDS = ["haswell", "x64", "armv8.2_1", "armv8.0_1"];
/** Settings to compare with, besides builds. */
const SETTINGS_TO_COMPARE: Readonly<Record<string, Omit<Configuration, "name">>> = {
  "no-flash-attention": { computing: { flashAttention: false } },
  "shared-batches": { sharedBatches: true },
};

/** `lloom calibrate`: the bounds by which validators judge executors of a model. */
export const calibrate: Command = {
  needs: "nothing",
  arguments: [{ form: "<model>", describe: "tiny (the shipped model), or a GGUF file" }],
  settings: ["threads"],
  flags: [
    { form: "--out <FILE>", describe: "the calibration (default: the model's file with .calibration.json behind it)" },
    { form: "--canaries <N>", describe: `for each configuration (default: ${DEFAULT_CANARIES})` },
    { form: "--seed <N>", describe: "which canaries are drawn (default: 1)" },
    {
      form: "--compare <NAMES>",
      describe: `what to compare with: ${Object.keys(SETTINGS_TO_COMPARE).join(", ")}, or builds of llama.cpp (default: these, and ${DEFAULT_BUILDS.join(", ")} where there are such)`,
    },
  ],
  examples: ["lloom calibrate tiny --out tiny.json", "lloom calibrate ./qwen3-8b-q4.gguf --canaries 1000"],
  run: async (context) => {
    const { settings, flags, signal, log, args } = context;
    const modelPath = args[0] === "tiny" ? TINY_MODEL : String(args[0]);
    if (!existsSync(modelPath))
      throw new LloomError("CONFIG_INVALID", `There is no model ${modelPath}.`, {
        next: "Give tiny, or the path of a GGUF file.",
      });
    const out = String(flags["out"] ?? `${modelPath}.calibration.json`);
    const measuredPath = `${out}.measured`;
    const calibration = await measureAll({
      ...{ modelPath, threads: settings.threads, measuredPath, log, signal },
      configurations: configurationsOf(flags["compare"]),
      seed: whole(flags, "seed", { fallback: 1, minimum: 0 }),
      canaries: whole(flags, "canaries", { fallback: DEFAULT_CANARIES, minimum: CHOOSING_CANARIES + 1 }),
      onProgress: ({ configuration, done, of }) => {
        if (done % PROGRESS_EVERY === 0 || done === of)
          announce(context, { event: "progress", configuration, done, of }, `${configuration}: ${done} of ${of}`);
      },
    });
    writeFileSync(`${out}.new`, `${JSON.stringify(calibration, undefined, 2)}\n`);
    renameSync(`${out}.new`, out);
    rmSync(measuredPath);
    conclude(context, calibration, out);
  },
};

const whole = (
  flags: CommandContext["flags"],
  name: string,
  { fallback, minimum }: { readonly fallback: number; readonly minimum: number },
): number => numberFlag(flags[name], { name, fallback, minimum, maximum: 1_000_000, isWhole: true });

/** The model as it is, and what it is compared with. Throws COMMAND_INVALID for what there is not here. */
function configurationsOf(flag: string | boolean | undefined): Configuration[] {
  const builds = buildNames();
  const known = [...Object.keys(SETTINGS_TO_COMPARE), ...builds];
  const names =
    flag === undefined
      ? [...Object.keys(SETTINGS_TO_COMPARE), ...DEFAULT_BUILDS.filter((name) => builds.includes(name))]
      : [...new Set(String(flag).split(","))];
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new LloomError("COMMAND_INVALID", `--compare names "${unknown}", which there is not here.`, {
      next: `Give some of: ${known.join(", ")}.`,
    });
  return [{ name: "as-it-is" }, ...names.map((name) => ({ name, ...(SETTINGS_TO_COMPARE[name] ?? { build: name }) }))];
}

function conclude(context: CommandContext, calibration: Calibration, out: string): void {
  const { distanceBound, leadBound, configurations } = calibration;
  const rate = measuredRate(calibration);
  const canaries = configurations.reduce((sum, one) => sum + one.canaries, 0);
  const found = configurations.reduce((sum, one) => sum + one.found, 0);
  announce(
    context,
    { event: "calibrated", file: out, distanceBound, leadBound, canaries, found, falsePositiveRate: rate },
    [
      `Honest nodes differ by less than ${distanceBound} thousandths of a nat, and leads by less than ${leadBound}.`,
      `Of ${canaries} honest canaries ${found} were beyond; the rate is below ${rate.toExponential(1)} in every configuration (95 % confidence).`,
      `Written to ${out}`,
    ].join("\n"),
  );
}

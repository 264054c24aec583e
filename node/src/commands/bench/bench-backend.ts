import { randomInt } from "node:crypto";
import type { Backend, BackendModel } from "../../backend/backend.ts";
import { openBackend } from "../../backend/open-backend.ts";
import { LloomError } from "../../errors.ts";
import { announce, type CommandContext } from "../command.ts";
import { numberFlag } from "../number-flag.ts";
import { type ProgressLine, progressLine } from "../progress-line.ts";
import { chosenBackend } from "../run/chosen-backend.ts";
import { counted } from "../words.ts";
import { askBackend, wordsFor } from "./backend-asker.ts";
import { type BenchFlags, benchFlags } from "./bench-flags.ts";
import { longPrompt, shortPrompt } from "./bench-prompts.ts";
import { BUSY, type PayingPrice, payingPrice } from "./price.ts";
import { type Round, runRound } from "./round.ts";
import { type LevelResult, levelTable, priceTable } from "./words.ts";

/** Measures each model with each number of questions at once. Throws what the backend throws when nothing is answered. */
export async function benchBackend(context: CommandContext): Promise<void> {
  const { settings, stack, log, signal, json } = context;
  const flags = benchFlags(context);
  const bounds = { name: "hour-cost", fallback: 0, minimum: 0, maximum: 1_000_000 };
  const hourCost = numberFlag(context.flags["hourCost"], bounds);
  const concurrency = Math.max(...flags.parallel);
  const progress = json ? SILENT : progressLine();
  progress.show("Opening the backend ...");
  try {
    const backend = stack.use(await openBackend(chosenBackend({ ...settings, concurrency }), log, signal));
    for (const model of chosenModels(await backend.listModels(signal), flags.model)) {
      const levels = await measure({ backend, model, flags, progress, signal });
      progress.clear();
      tell(context, { model, levels, hourCost });
    }
  } finally {
    progress.clear();
  }
}

const SILENT: ProgressLine = { show: () => undefined, clear: () => undefined };

/** Models that answer; those that only embed have no tokens to write. Throws MODEL_NOT_FOUND. */
function chosenModels(models: readonly BackendModel[], name: string | undefined): readonly BackendModel[] {
  const answering = models.filter(({ profile }) => profile?.conversations !== false);
  const chosen = answering.filter(({ model }) => name === undefined || model === name);
  if (chosen.length > 0) return chosen;
  const has = answering.map(({ model }) => model).join(", ");
  const wanted = name === undefined ? "that answers" : `"${name}" that answers`;
  throw new LloomError("MODEL_NOT_FOUND", `The backend has no model ${wanted}.`, {
    next: has === "" ? "Load a model into the backend." : `Give --model one of what it has: ${has}.`,
  });
}

interface Measuring {
  readonly backend: Backend;
  readonly model: BackendModel;
  readonly flags: BenchFlags;
  readonly progress: ProgressLine;
  readonly signal: AbortSignal;
}

/** Prompts that are long and answers that are, apart: each takes the time of its own. */
async function measure({ backend, model, flags, progress, signal }: Measuring): Promise<readonly LevelResult[]> {
  const ask = askBackend(backend, model);
  const { maxTokens, promptTokens: tokens } = flags;
  const words = await wordsFor(backend, model, { tokens, signal });
  const salt = randomInt(1_000_000);
  // What is loaded at the first question is no matter of speed.
  await ask(shortPrompt(0, salt), 1, signal);
  const levels: LevelResult[] = [];
  for (const parallel of flags.parallel) {
    const round = async (what: string, one: Pick<Round, "prompt" | "maxTokens">) => {
      progress.show(`${model.model}, ${parallel} at once: ${what} ...`);
      const result = await runRound(ask, { parallel, calls: Math.max(2, parallel), ...one }, signal);
      if (result.answered === 0 && result.failure !== undefined) throw result.failure;
      return result;
    };
    const prompt = (index: number): string => longPrompt(words, index + levels.length * 1_000, salt);
    const read = await round("reading", { prompt, maxTokens: 1 });
    const written = await round("writing", { prompt: (index) => shortPrompt(index, salt), maxTokens });
    levels.push({
      parallel,
      firstMedianMs: read.firstMedianMs,
      inboundPerSecond: read.inboundPerSecond,
      outboundPerSecond: written.outboundPerSecond,
      failed: read.failed + written.failed,
    });
  }
  return levels;
}

interface Found {
  readonly model: BackendModel;
  readonly levels: readonly LevelResult[];
  readonly hourCost: number;
}

function tell(context: CommandContext, { model, levels, hourCost }: Found): void {
  const best = levels.reduce((one, other) => (other.outboundPerSecond > one.outboundPerSecond ? other : one));
  const prices = hourCost === 0 ? [] : BUSY.flatMap((busy) => payingPrice(best, hourCost, busy) ?? []);
  announce(
    context,
    { event: "bench", model: model.model, maxContext: model.maxContext, levels, best: best.parallel, hourCost, prices },
    [
      `${model.model}, context ${model.maxContext}`,
      ...levelTable(levels),
      ...priceLines(best, prices, hourCost),
      ...(hourCost === 0 ? ["Which prices pay for the machine: --hour-cost AMOUNT"] : []),
    ].join("\n"),
  );
}

function priceLines({ parallel }: LevelResult, prices: readonly PayingPrice[], hourCost: number): string[] {
  const usual = prices.find(({ busy }) => busy === 0.5);
  if (usual === undefined) return [];
  return [
    "",
    `Prices of 1 000 000 tokens that pay for ${hourCost} an hour, by how often it answers`,
    `(${counted(parallel, "question")} at once, where it writes most; gas comes on top):`,
    ...priceTable(prices),
    `lloom executor --concurrency ${parallel} --inbound-price ${usual.inboundPrice} --outbound-price ${usual.outboundPrice}`,
  ];
}

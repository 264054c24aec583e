import { randomInt } from "node:crypto";
import { formatAmount, shownAmount } from "@lloom/protocol/amounts";
import { LloomError } from "../../errors.ts";
import { announce, type CommandContext } from "../command.ts";
import { requireConsent } from "../deeds/consent.ts";
import { numberFlag } from "../number-flag.ts";
import { gatewayAt } from "../open/gateway-at.ts";
import { progressLine } from "../progress-line.ts";
import { counted } from "../words.ts";
import { type BenchFlags, benchFlags } from "./bench-flags.ts";
import { longPrompt } from "./bench-prompts.ts";
import { askGateway, type GatewayModel, gatewayModels } from "./gateway-asker.ts";
import { type RoundResult, runRound } from "./round.ts";
import { roundTable } from "./words.ts";

/** A prompt counts no more tokens than bytes, and these of the template. */
const TEMPLATE_TOKENS = 144n;
/** Who is asked may be this much dearer than the cheapest. */
const DEARER = 2n;
const WORDS_OF_TOKEN = 2;
const MILLION = 1_000_000n;

/** Measures a running gateway, once it is clear what that may cost. */
export async function benchGateway(context: CommandContext): Promise<void> {
  const { signal, json, flags: given } = context;
  const flags = benchFlags(context);
  const calls = numberFlag(given["requests"], {
    ...{ name: "requests", fallback: 8, minimum: 1, maximum: 100_000, isWhole: true },
  });
  const gateway = gatewayAt(context);
  const model = chosenModel(await gatewayModels(gateway, signal), flags.model);
  const { token } = model;
  const salt = randomInt(1_000_000);
  const prompt = (index: number): string => longPrompt(Math.ceil(flags.promptTokens / WORDS_OF_TOKEN), index, salt);
  const total = calls * flags.parallel.length;
  const most = mostCost(model, { calls: BigInt(total), promptBytes: BigInt(Buffer.byteLength(prompt(total))), flags });
  announce(
    context,
    { event: "planned", gateway: gateway.url, model: model.model, requests: total, most, token },
    `${counted(total, "question")} to ${model.model} at ${gateway.url}; they cost ${shownAmount(most, token)} at most, paid by its key.`,
  );
  await requireConsent(context, { question: "Ask them?", nothing: "Nothing was asked" });
  const ask = askGateway(gateway, model.model, {
    inbound: formatAmount(model.inboundPrice * DEARER, token.decimals),
    outbound: formatAmount(model.outboundPrice * DEARER, token.decimals),
  });
  const rounds: RoundResult[] = [];
  const progress = progressLine();
  try {
    for (const parallel of flags.parallel) {
      if (!json) progress.show(`${parallel} at once ...`);
      const from = rounds.length * calls;
      const round = { parallel, calls, prompt: (index: number) => prompt(from + index), maxTokens: flags.maxTokens };
      rounds.push(await runRound(ask, round, signal));
    }
  } finally {
    progress.clear();
  }
  const paid = rounds.reduce((sum, { cost }) => sum + cost, 0n);
  announce(
    context,
    { event: "bench", gateway: gateway.url, model: model.model, rounds, paid, token },
    [...roundTable(rounds, (amount) => shownAmount(amount, token)), `Paid: ${shownAmount(paid, token)}`].join("\n"),
  );
  const failure = rounds.find((round) => round.failure !== undefined)?.failure;
  if (failure !== undefined) throw failure;
}

/** Throws MODEL_NOT_FOUND. */
function chosenModel(models: readonly GatewayModel[], name: string | undefined): GatewayModel {
  const chosen = models.find(({ model }) => name === undefined || model === name);
  if (chosen !== undefined) return chosen;
  const has = models.map(({ model }) => model).join(", ");
  throw new LloomError("MODEL_NOT_FOUND", `The gateway lists no model${name === undefined ? "" : ` "${name}"`}.`, {
    next: has === "" ? "Wait until an executor offers one." : `Give --model one of what it lists: ${has}.`,
  });
}

/** What so many answers may cost, base units, each rounded up. */
export function mostCost(
  { inboundPrice, outboundPrice }: Pick<GatewayModel, "inboundPrice" | "outboundPrice">,
  {
    calls,
    promptBytes,
    flags,
  }: { readonly calls: bigint; readonly promptBytes: bigint; readonly flags: Pick<BenchFlags, "maxTokens"> },
): bigint {
  const inbound = (promptBytes + TEMPLATE_TOKENS) * inboundPrice;
  const outbound = BigInt(flags.maxTokens) * outboundPrice;
  return calls * ((DEARER * (inbound + outbound) + MILLION - 1n) / MILLION);
}

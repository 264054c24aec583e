import { parseModelReference } from "../../client/check/model-reference.ts";
import { LloomError } from "../../errors.ts";
import type { BudgetPeriod, KeyTerms } from "../../store/client/api-keys.ts";
import { amountArgument } from "../amount.ts";
import type { CommandContext } from "../command.ts";
import { numberFlag } from "../number-flag.ts";

const NAME = /^[\w.-]{1,64}$/;
const UNIT_MS = { h: 3_600_000, d: 86_400_000 } as const;
const MOST_PER_MINUTE = 1_000_000;
const EXAMPLE = "lloom keys create --name team --budget 5/day";

const wrong = (problem: string, next: string): LloomError => new LloomError("COMMAND_INVALID", problem, { next });

/** What a key may do, as the flags of `lloom keys create` say it. Throws COMMAND_INVALID. */
export function keyTerms({ flags }: Pick<CommandContext, "flags">, nowMs: number): KeyTerms {
  const { name, budget, models, rate, expires } = flags;
  if (typeof name !== "string" || !NAME.test(name))
    throw wrong(
      name === undefined ? "The key has no name." : `--name is "${name}".`,
      "Give up to 64 letters, digits, dots, dashes: lloom keys create --name team",
    );
  const bounds = { name: "rate", fallback: 0, minimum: 1, maximum: MOST_PER_MINUTE, isWhole: true };
  return {
    name,
    budget: budget === undefined ? undefined : budgetOf(String(budget)),
    models: models === undefined ? undefined : modelsOf(String(models)),
    perMinute: rate === undefined ? undefined : numberFlag(rate, bounds),
    expiresAtMs: expires === undefined ? undefined : momentOf(String(expires), nowMs),
  };
}

function budgetOf(text: string): KeyTerms["budget"] {
  const [amount = "", period = "total", ...rest] = text.split("/");
  if (rest.length > 0 || !["total", "day", "month"].includes(period))
    throw wrong(`--budget is "${text}".`, `Give an amount in all, or by day or month: ${EXAMPLE}`);
  amountArgument(amount, EXAMPLE);
  return { amount: amount.trim(), period: period as BudgetPeriod };
}

function modelsOf(text: string): readonly string[] {
  const models = text.split(",").map((model) => model.trim());
  if (models.includes(""))
    throw wrong(`--models is "${text}".`, "Give names with commas between them: --models lloom-tiny,llama3.2");
  models.forEach(parseModelReference);
  return models;
}

/** So long from now, or a moment: the end of a day of UTC has no more digits than its date. */
function momentOf(text: string, nowMs: number): number {
  const [, count, unit] = /^(\d{1,5})([hd])$/.exec(text) ?? [];
  const isDate = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?Z)?$/.test(text);
  const atMs =
    unit === undefined
      ? isDate
        ? Date.parse(text.length === "2026-11-30".length ? `${text}T00:00:00Z` : text)
        : Number.NaN
      : nowMs + Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS];
  if (atMs > nowMs) return atMs;
  throw wrong(
    Number.isNaN(atMs) ? `--expires is "${text}".` : `--expires is ${text}, which is over.`,
    "Give how long from now, or when in UTC: --expires 30d, 12h, 2027-01-31 or 2027-01-31T12:00Z",
  );
}

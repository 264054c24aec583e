import { formatAmount, type TokenUnit } from "@lloom/protocol/amounts";
import { utcText } from "@lloom/protocol/utc-text";
import { type ApiKey, keyState } from "../../store/client/api-keys.ts";
import { periodAt } from "../../store/client/budget-period.ts";
import type { Spending } from "../../store/client/key-spending.ts";
import { counted } from "../words.ts";

const OVER = { total: "in all", day: "a day (UTC)", month: "a month (UTC)" } as const;

const minute = (atMs: number): string => utcText(atMs / 1000, "minute");

const amountText = (amount: bigint, token: TokenUnit | undefined): string =>
  token === undefined ? String(amount) : formatAmount(amount, token.decimals);

/** A key for people: its name, then what it may do and has done. */
export function keyLines(
  key: ApiKey,
  { spent, held }: Spending,
  { token, nowMs }: { readonly token: TokenUnit | undefined; readonly nowMs: number },
): string[] {
  const { name, hint, budget, perMinute, models, madeAtMs, expiresAtMs, revokedAtMs } = key;
  const state = keyState(key, nowMs);
  const symbol = token === undefined ? "" : ` ${token.symbol}`;
  const until = budget && periodAt(budget.period, nowMs).untilMs;
  const holds = held === 0n ? "" : `, ${amountText(held, token)} held`;
  const ends = revokedAtMs ?? expiresAtMs;
  return [
    `${name}  …${hint}${state === "active" ? "" : `  ${state}`}`,
    `  made ${minute(madeAtMs)}${ends === undefined ? "" : `, ${endWord(state)} ${minute(ends)}`}`,
    budget === undefined
      ? `  no budget: ${amountText(spent, token)}${symbol} spent${holds}`
      : `  budget ${budget.amount}${symbol} ${OVER[budget.period]}: ${amountText(spent, token)} spent${holds}`,
    ...(until === undefined ? [] : [`  anew at ${minute(until)}`]),
    `  ${perMinute === undefined ? "any rate" : `${counted(perMinute, "request")} a minute`}; ${models === undefined ? "any model" : models.join(", ")}`,
  ];
}

const endWord = (state: ReturnType<typeof keyState>): string =>
  ({ active: "until", expired: "ended", revoked: "revoked" })[state];

/** The same for programs. Amounts in base units, times in ISO 8601. */
export function keyEvent(key: ApiKey, { spent, held }: Spending, nowMs: number): Readonly<Record<string, unknown>> {
  const { id, name, hint, budget, perMinute, models, madeAtMs, expiresAtMs, revokedAtMs } = key;
  const iso = (atMs: number | undefined): string | null => (atMs === undefined ? null : utcText(atMs / 1000, "iso"));
  return {
    ...{ id, name, hint, state: keyState(key, nowMs), spent, held },
    budget: budget?.amount ?? null,
    period: budget?.period ?? null,
    ...{ requestsPerMinute: perMinute ?? null, models: models ?? null },
    ...{ made: iso(madeAtMs), expires: iso(expiresAtMs), revoked: iso(revokedAtMs) },
  };
}

import type { KeyCaller } from "./key-caller.ts";

/** What the gateway itself limits: calls at once. */
export interface OwnLimit {
  readonly most: number;
  readonly running: number;
}

/**
 * How much a caller may ask yet, in OpenAI's names: by its key's rate, requests in a minute, else by the gateway's limit of calls at once,
 * which is anew as soon as one ends. What is left of a key's budget in base units, with the seconds until it begins anew.
 */
export function limitHeaders(caller: KeyCaller | undefined, own: OwnLimit): Record<string, string> {
  const rate = caller?.accounts.rateOf(caller.key);
  const { perMinute } = caller?.key ?? {};
  if (caller === undefined || rate === undefined || perMinute === undefined)
    return { ...requests(own.most, Math.max(0, own.most - own.running), 0), ...(caller && budgetHeaders(caller)) };
  return { ...requests(perMinute, rate.left, rate.waitMs(perMinute)), ...budgetHeaders(caller) };
}

const requests = (limit: number, remaining: number, resetMs: number): Record<string, string> => ({
  "x-ratelimit-limit-requests": String(limit),
  "x-ratelimit-remaining-requests": String(remaining),
  "x-ratelimit-reset-requests": shownReset(resetMs),
});

function budgetHeaders({ accounts, key }: KeyCaller): Record<string, string> {
  const { budget, left, resetMs } = accounts.standing(key);
  if (budget === undefined || left === undefined) return {};
  return {
    "x-lloom-budget": String(budget),
    "x-lloom-budget-remaining": String(left),
    ...(resetMs !== undefined && { "x-lloom-budget-reset": String(Math.ceil(resetMs / 1000)) }),
  };
}

/** As OpenAI writes them: 250ms, 1s, 6m0s. */
export function shownReset(ms: number): string {
  if (ms === 0) return "0s";
  if (ms < 1000) return `${ms}ms`;
  const seconds = Math.ceil(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  return minutes === 0 ? `${seconds}s` : `${minutes}m${seconds % 60}s`;
}

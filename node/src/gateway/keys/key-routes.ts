import { formatAmount, type TokenUnit } from "@lloom/protocol/amounts";
import { utcText } from "@lloom/protocol/utc-text";
import type { FastifyRequest } from "fastify";
import { wallClock } from "../../primitives/clock.ts";
import { DAY_MS, dayOf } from "../../store/client/budget-period.ts";
import { HttpError } from "../http-problem.ts";
import { type KeyCaller, keyCallerOf } from "./key-caller.ts";

/** Routes about the caller's own key. */
export interface KeyRoutes {
  /** GET /v1/key: limits, and what is left of them, in the fields of OpenRouter's route of that name. */
  readonly key: (request: FastifyRequest) => Promise<object>;
  /** GET /v1/usage: what it had answered, by day and model. */
  readonly usage: (request: FastifyRequest) => Promise<object>;
}

const RESETS = { total: null, day: "daily", month: "monthly" } as const;
const MOST_DAYS = 400;
const USUAL_DAYS = 30;

export function keyRoutes(token: TokenUnit): KeyRoutes {
  const amount = (units: bigint): string => formatAmount(units, token.decimals);
  return {
    key: async (request) => {
      const { accounts, key } = callerOf(request);
      accounts.resolve(key.id);
      const { budget, left, spent, held, period } = accounts.standing(key);
      const number = (units: bigint | undefined): number | null => (units === undefined ? null : Number(amount(units)));
      return {
        data: {
          label: key.name,
          limit: number(budget),
          limit_remaining: number(left),
          limit_reset: key.budget === undefined ? null : RESETS[key.budget.period],
          usage: number(spent),
          expires_at: key.expiresAtMs === undefined ? null : utcText(key.expiresAtMs / 1000, "iso"),
          rate_limit: key.perMinute === undefined ? null : { requests: key.perMinute, interval: "60s" },
          lloom: {
            ...{ token: token.symbol, decimals: token.decimals, models: key.models ?? null },
            // Base units, decimal: numbers of JSON lose digits.
            ...{ spent: String(spent), held: String(held) },
            ...{ budget: budget === undefined ? null : String(budget), left: left === undefined ? null : String(left) },
            resets_at: period.untilMs === undefined ? null : utcText(period.untilMs / 1000, "iso"),
          },
        },
      };
    },
    usage: async (request) => {
      const { accounts, key } = callerOf(request);
      const sinceMs = dayOf(wallClock()) - (daysOf(request) - 1) * DAY_MS;
      const data = accounts
        .usage(key, sinceMs)
        .map(({ dayAtMs, model, requests, inboundTokens, outboundTokens, cost }) => ({
          date: utcText(dayAtMs / 1000, "iso").slice(0, 10),
          model,
          requests,
          prompt_tokens: inboundTokens,
          completion_tokens: outboundTokens,
          cost: String(cost),
          amount: amount(cost),
        }));
      return { object: "list", data, token: token.symbol, decimals: token.decimals };
    },
  };
}

function callerOf(request: FastifyRequest): KeyCaller {
  const caller = keyCallerOf(request);
  if (caller !== undefined) return caller;
  throw new HttpError("ROUTE_NOT_FOUND", "Only what keys of the gateway's database spend is counted.", {
    status: 404,
    next: "Call with a key of: lloom keys create --name NAME.",
  });
}

function daysOf({ query }: FastifyRequest): number {
  const { days } = query as { readonly days?: unknown };
  if (days === undefined) return USUAL_DAYS;
  const given = typeof days === "string" && /^\d{1,3}$/.test(days) ? Number(days) : 0;
  if (given >= 1 && given <= MOST_DAYS) return given;
  throw new HttpError("REQUEST_INVALID", `days must be a whole number from 1 to ${MOST_DAYS}.`, {
    status: 400,
    next: "Ask as /v1/usage?days=30.",
  });
}

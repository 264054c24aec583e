import { formatAmount, type TokenUnit } from "@lloom/protocol/amounts";
import { utcText } from "@lloom/protocol/utc-text";
import { z } from "@lloom/protocol/zod";
import type { FastifyRequest } from "fastify";
import { wallClock } from "../../primitives/clock.ts";
import { DAY_MS, dayOf } from "../../store/client/budget-period.ts";
import type { Route } from "../described/route.ts";
import { HttpError } from "../http-problem.ts";
import { type KeyCaller, keyCallerOf } from "./key-caller.ts";
import { keySchema, usageListSchema } from "./key-schemas.ts";

const RESETS = { total: null, day: "daily", month: "monthly" } as const;
const MOST_DAYS = 400;
const USUAL_DAYS = 30;

const usageQuery = z.object({
  days: z
    .string()
    .regex(/^([1-9]|[1-9]\d|[1-3]\d\d|400)$/)
    .optional()
    .meta({ description: `How many days, today among them: 1 to ${MOST_DAYS}, ${USUAL_DAYS} unless given` }),
});

/**
 * Routes about the caller's own key: its limits, and what is left of them, in the fields of OpenRouter's route of that name; and what it
 * had answered, by day and model.
 */
export const keyRoutes = (token: TokenUnit): readonly Route[] => [
  {
    ...{ method: "GET", path: "/v1/key" },
    described: {
      ...{ id: "getKey", tag: "keys", summary: "The limits of the caller's API key, and what is left of them" },
      answers: [{ status: 200, text: "The API key.", schema: keySchema }],
      problems: [404],
    },
    handle: async (request) => ({ data: await keyObject(callerOf(request), token) }),
  },
  {
    ...{ method: "GET", path: "/v1/usage" },
    described: {
      ...{ id: "listUsage", tag: "keys", summary: "What the caller's API key had answered, by day and model" },
      query: usageQuery,
      answers: [{ status: 200, text: "Days of UTC, and of each the models.", schema: usageListSchema }],
      problems: [404],
    },
    handle: (request) => usageList(request, token),
  },
];

async function keyObject({ accounts, key }: KeyCaller, token: TokenUnit): Promise<object> {
  await accounts.resolve(key.id);
  const { budget, left, spent, held, period } = accounts.standing(key);
  const number = (units: bigint | undefined): number | null =>
    units === undefined ? null : Number(formatAmount(units, token.decimals));
  return {
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
  };
}

async function usageList(request: FastifyRequest, token: TokenUnit): Promise<object> {
  const { accounts, key } = callerOf(request);
  const sinceMs = dayOf(wallClock()) - (daysOf(request) - 1) * DAY_MS;
  const used = await accounts.usage(key, sinceMs);
  const data = used.map(({ dayAtMs, model, requests, inboundTokens, outboundTokens, cost }) => ({
    date: utcText(dayAtMs / 1000, "iso").slice(0, 10),
    model,
    requests,
    prompt_tokens: inboundTokens,
    completion_tokens: outboundTokens,
    cost: String(cost),
    amount: formatAmount(cost, token.decimals),
  }));
  return { object: "list", data, token: token.symbol, decimals: token.decimals };
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
  const asked = usageQuery.safeParse(query);
  if (asked.success) return Number(asked.data.days ?? USUAL_DAYS);
  throw new HttpError("REQUEST_INVALID", `days must be a whole number from 1 to ${MOST_DAYS}.`, {
    status: 400,
    next: "Ask as /v1/usage?days=30.",
  });
}

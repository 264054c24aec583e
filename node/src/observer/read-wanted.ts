import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { addressOf, hashOf } from "@lloom/protocol/identifiers";
import { LloomError } from "../errors.ts";
import { hashOfModel } from "./changed-terms.ts";
import type { SheetWanted } from "./observer-options.ts";

const DAY_MS = 86_400_000;
/** What is kept. */
const MOST_DAYS = 90;
const DEFAULT_DAYS = 30;
const LONGEST_NAME = 200;

/** Which parameters each path takes. */
const PATHS: Readonly<Record<string, readonly string[]>> = {
  "/v1/book": ["model", "executor"],
  "/v1/models": [],
  "/v1/executors": [],
  "/v1/prices": ["model", "days"],
  "/v1/uptime": ["executor", "days"],
};

/** Which sheet a path and its parameters ask for. Throws REQUEST_INVALID, ROUTE_NOT_FOUND. */
export function readWanted(path: string, params: URLSearchParams, nowMs: number): SheetWanted {
  const known = PATHS[path];
  if (known === undefined)
    throw new LloomError("ROUTE_NOT_FOUND", "There is no such sheet.", {
      next: `Ask for ${Object.keys(PATHS).join(", ")}, /health, /ready or /metrics.`,
    });
  for (const name of params.keys()) if (!known.includes(name)) throw wrong(name, "is not known here");
  for (const name of known) if (params.getAll(name).length > 1) throw wrong(name, "is given twice");
  const sinceMs = () => sinceOf(params, nowMs);
  switch (path) {
    case "/v1/book":
      return { kind: "book", modelHash: modelOf(params), executor: executorOf(params) };
    case "/v1/prices":
      return { kind: "prices", modelHash: modelOf(params) ?? missing("model"), sinceMs: sinceMs() };
    case "/v1/uptime":
      return { kind: "uptime", executor: executorOf(params) ?? missing("executor"), sinceMs: sinceMs() };
    case "/v1/models":
      return { kind: "models" };
    default:
      return { kind: "executors" };
  }
}

/** A name, or the hash by which the chain knows it. */
function modelOf(params: URLSearchParams): Hex | undefined {
  const given = params.get("model");
  if (given === null) return undefined;
  if (given === "" || given.length > LONGEST_NAME)
    throw wrong("model", `must be a name of 1 to ${LONGEST_NAME} characters, or its hash`);
  return hashOf(given) ?? hashOfModel(given);
}

function executorOf(params: URLSearchParams): Address | undefined {
  const given = params.get("executor");
  if (given === null) return undefined;
  return addressOf(given) ?? refuse("executor", "must be an address");
}

/** Whole days back, so that many who ask share one sheet. */
function sinceOf(params: URLSearchParams, nowMs: number): number {
  const given = params.get("days") ?? String(DEFAULT_DAYS);
  const days = /^\d{1,2}$/.test(given) ? Number(given) : 0;
  if (days < 1 || days > MOST_DAYS) throw wrong("days", `must be a number from 1 to ${MOST_DAYS}`);
  return (Math.floor(nowMs / DAY_MS) - days) * DAY_MS;
}

const wrong = (name: string, why: string): LloomError =>
  new LloomError("REQUEST_INVALID", `The parameter ${name.slice(0, 40)} ${why}.`, { details: { param: name } });
const refuse = (name: string, why: string): never => {
  throw wrong(name, why);
};
const missing = (name: string): never => refuse(name, "is missing");

import { ask } from "../graphql.ts";
import type { Answer } from "../problem.ts";
import { defineQuery } from "../query.ts";
import { record } from "../readers.ts";
import {
  CHANNEL,
  type Channel,
  CLIENT,
  type Client,
  DAY,
  type Day,
  EXECUTOR,
  EXECUTOR_MODEL,
  type Executor,
  type ExecutorModel,
  SETTLEMENT,
  type Settlement,
  VALIDATOR,
  type Validator,
} from "../rows.ts";
import { readItems, readRowOrNull, selection } from "../shapes.ts";
import { CHART_SECONDS, rows } from "./query-parts.ts";

export interface ExecutorPage {
  readonly executor: Executor;
  readonly days: readonly Day[];
  readonly settlements: readonly Settlement[];
  readonly channels: readonly Channel[];
  readonly models: readonly ExecutorModel[];
}

const LATEST_SETTLEMENTS = rows(SETTLEMENT, `orderBy: "timestamp", orderDirection: "desc", limit: 15`, "settlements");
const LARGEST_CHANNELS = rows(CHANNEL, `orderBy: "paid", orderDirection: "desc", limit: 15`, "channels");

export const EXECUTOR_PAGE = defineQuery({
  takes: { address: "String!", day: "Int" },
  fields: `executor(address: $address) { ${selection(EXECUTOR)}
    ${rows(DAY, `orderBy: "day", orderDirection: "asc", limit: 100, where: { day_gte: $day }`, "days")}
    ${LATEST_SETTLEMENTS}
    ${LARGEST_CHANNELS}
    ${rows(EXECUTOR_MODEL, `orderBy: "paid", orderDirection: "desc", limit: 20`, "models")} }`,
  read: (data): ExecutorPage | undefined => {
    const executor = readRowOrNull(EXECUTOR, data["executor"], "executor");
    if (executor === undefined) return undefined;
    const source = record(data["executor"], "executor");
    return {
      executor,
      days: readItems(DAY, source["days"], "executor.days"),
      settlements: readItems(SETTLEMENT, source["settlements"], "executor.settlements"),
      channels: readItems(CHANNEL, source["channels"], "executor.channels"),
      models: readItems(EXECUTOR_MODEL, source["models"], "executor.models"),
    };
  },
});

/** One executor with its newest settlements, largest channels, models and days; undefined if there is none. */
export const readExecutor = (address: string, nowSeconds: number): Promise<Answer<ExecutorPage | undefined>> =>
  ask(EXECUTOR_PAGE, { address, day: nowSeconds - CHART_SECONDS });

export interface ClientPage {
  readonly client: Client;
  readonly settlements: readonly Settlement[];
  readonly channels: readonly Channel[];
}

export const CLIENT_PAGE = defineQuery({
  takes: { address: "String!" },
  fields: `client(address: $address) { ${selection(CLIENT)} ${LATEST_SETTLEMENTS} ${LARGEST_CHANNELS} }`,
  read: (data): ClientPage | undefined => {
    const client = readRowOrNull(CLIENT, data["client"], "client");
    if (client === undefined) return undefined;
    const source = record(data["client"], "client");
    return {
      client,
      settlements: readItems(SETTLEMENT, source["settlements"], "client.settlements"),
      channels: readItems(CHANNEL, source["channels"], "client.channels"),
    };
  },
});

/** One client with its newest settlements and largest channels; undefined if there is none. */
export const readClient = (address: string): Promise<Answer<ClientPage | undefined>> => ask(CLIENT_PAGE, { address });

export const VALIDATOR_PAGE = defineQuery({
  takes: { address: "String!" },
  fields: `validator(address: $address) { ${selection(VALIDATOR)} }`,
  read: (data) => readRowOrNull(VALIDATOR, data["validator"], "validator"),
});

/** One validator; undefined if there is none. */
export const readValidator = (address: string): Promise<Answer<Validator | undefined>> =>
  ask(VALIDATOR_PAGE, { address });

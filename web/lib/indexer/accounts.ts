import { ask } from "../graphql.ts";
import type { Answer } from "../problem.ts";
import {
  CHANNEL,
  type Channel,
  CLIENT,
  type Client,
  DAY,
  EXECUTOR,
  EXECUTOR_MODEL,
  type Executor,
  type ExecutorModel,
  readItems,
  readRowOrNull,
  record,
  SETTLEMENT,
  type Settlement,
  selection,
  VALIDATOR,
  type Validator,
} from "../rows.ts";
import { CHART_SECONDS, type Day, list } from "./selections.ts";

export interface ExecutorPage {
  readonly executor: Executor;
  readonly days: readonly Day[];
  readonly settlements: readonly Settlement[];
  readonly channels: readonly Channel[];
  readonly models: readonly ExecutorModel[];
}

/** One executor with its newest settlements, largest channels, models and days; undefined if there is none. */
export const readExecutor = (address: string, nowSeconds: number): Promise<Answer<ExecutorPage | undefined>> =>
  ask(
    {
      takes: "$address: String!, $day: Int",
      fields: `executor(address: $address) { ${selection(EXECUTOR)}
      ${list(DAY, `orderBy: "day", orderDirection: "asc", limit: 100, where: { day_gte: $day }`, "days")}
      ${list(SETTLEMENT, `orderBy: "timestamp", orderDirection: "desc", limit: 15`, "settlements")}
      ${list(CHANNEL, `orderBy: "paid", orderDirection: "desc", limit: 15`, "channels")}
      ${list(EXECUTOR_MODEL, `orderBy: "paid", orderDirection: "desc", limit: 20`, "models")} }`,
      variables: { address, day: nowSeconds - CHART_SECONDS },
    },
    (data) => {
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
  );

export interface ClientPage {
  readonly client: Client;
  readonly settlements: readonly Settlement[];
  readonly channels: readonly Channel[];
}

/** One client with its newest settlements and largest channels; undefined if there is none. */
export const readClient = (address: string): Promise<Answer<ClientPage | undefined>> =>
  ask(
    {
      takes: "$address: String!",
      fields: `client(address: $address) { ${selection(CLIENT)}
      ${list(SETTLEMENT, `orderBy: "timestamp", orderDirection: "desc", limit: 15`, "settlements")}
      ${list(CHANNEL, `orderBy: "paid", orderDirection: "desc", limit: 15`, "channels")} }`,
      variables: { address },
    },
    (data) => {
      const client = readRowOrNull(CLIENT, data["client"], "client");
      if (client === undefined) return undefined;
      const source = record(data["client"], "client");
      return {
        client,
        settlements: readItems(SETTLEMENT, source["settlements"], "client.settlements"),
        channels: readItems(CHANNEL, source["channels"], "client.channels"),
      };
    },
  );

/** One validator; undefined if there is none. */
export const readValidator = (address: string): Promise<Answer<Validator | undefined>> =>
  ask(
    {
      takes: "$address: String!",
      fields: `validator(address: $address) { ${selection(VALIDATOR)} }`,
      variables: { address },
    },
    (data) => readRowOrNull(VALIDATOR, data["validator"], "validator"),
  );

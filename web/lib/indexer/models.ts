import type { Hex } from "@lloom/protocol/commitment-types";
import { ask } from "../graphql.ts";
import type { IndexReply } from "../problem.ts";
import { defineQuery } from "../query.ts";
import { list, record } from "../readers.ts";
import {
  DAY,
  type Day,
  EXECUTOR,
  EXECUTOR_MODEL,
  type Executor,
  type ExecutorModel,
  MODEL,
  type Model,
  SETTLEMENT,
  type SettlementRow,
} from "../rows.ts";
import { readItems, readRow, readRowOrNull, selection } from "../shapes.ts";
import { CHART_SECONDS, DAY_SECONDS, rows, since } from "./query-parts.ts";

/** What one executor did for a model, and the executor. */
export interface Seller {
  readonly work: ExecutorModel;
  readonly executor: Executor;
}

export interface ModelPage {
  readonly model: Model;
  /** Best paid first; at most as many as the page shows. */
  readonly sellers: readonly Seller[];
  /** Oldest first; days without settlements are absent. */
  readonly days: readonly Day[];
  readonly settlements: readonly SettlementRow[];
}

/** Executors that a model's page lists. */
export const MOST_SELLERS = 50;

export const MODEL_PAGE = defineQuery({
  takes: { hash: "String!", day: "Float" },
  fields: `model(hash: $hash) { ${selection(MODEL)}
    executors(orderBy: "paid", orderDirection: "desc", limit: ${MOST_SELLERS}) {
      items { ${selection(EXECUTOR_MODEL)} executor { ${selection(EXECUTOR)} } } }
    ${rows(DAY, `orderBy: "day", orderDirection: "desc", limit: 100, where: { day_gte: $day }`, "days")}
    ${rows(SETTLEMENT, `orderBy: "timestamp", orderDirection: "desc", limit: 10`, "settlements")} }`,
  read: (data): ModelPage | undefined => {
    const model = readRowOrNull(MODEL, data["model"], "model");
    if (model === undefined) return undefined;
    const source = record(data["model"], "model");
    const sellers = list(record(source["executors"], "model.executors")["items"], "model.executors.items");
    return {
      model,
      sellers: sellers.flatMap((item, index) => {
        const path = `model.executors.items[${index}]`;
        const executor = readRowOrNull(EXECUTOR, record(item, path)["executor"], `${path}.executor`);
        return executor === undefined ? [] : [{ work: readRow(EXECUTOR_MODEL, item, path), executor }];
      }),
      days: readItems(DAY, source["days"], "model.days").toReversed(),
      settlements: readItems(SETTLEMENT, source["settlements"], "model.settlements"),
    };
  },
});

export const MODEL_KNOWN = defineQuery({
  takes: { hash: "String!" },
  fields: "model(hash: $hash) { hash }",
  read: (data): boolean => data["model"] !== null,
});

/** Whether anybody was paid for a model. */
export const isModelKnown = (hash: Hex): Promise<IndexReply<boolean>> => ask(MODEL_KNOWN, { hash });

/** One model with the executors that were paid for it; undefined if nobody was. */
export const readModel = (hash: Hex, nowSeconds: number): Promise<IndexReply<ModelPage | undefined>> =>
  ask(MODEL_PAGE, { hash, day: since(nowSeconds, CHART_SECONDS, DAY_SECONDS) });

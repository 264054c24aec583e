import type { Hex } from "@lloom/protocol/commitment-types";
import { DISPUTE, type Dispute } from "../dispute-rows.ts";
import { askNow } from "../graphql.ts";
import { readIndexedHead } from "../moment/indexed-head.ts";
import type { IndexReply } from "../problem.ts";
import { type Data, defineQuery } from "../query.ts";
import { EXECUTOR, type Executor, MODEL, type Model, SETTLEMENT, type SettlementRow, TOKEN } from "../rows.ts";
import { type Row, readItems, readRowOrNull, selection } from "../shapes.ts";
import { NETWORK_ROW, rows } from "./query-parts.ts";

/** A row with the payment token that its amounts are in, and the chain's clock; undefined where there is none. */
export type CardRow<T> = { readonly row: T; readonly token: Row<typeof TOKEN>; readonly now: number } | undefined;

const UNIT = `unit: ${NETWORK_ROW} { ${selection(TOKEN)} }`;

function withUnit<T>(row: T | undefined, data: Data): CardRow<T> {
  const token = readRowOrNull(TOKEN, data["unit"], "unit");
  const now = readIndexedHead(data["_meta"])?.timestamp;
  return row === undefined || token === undefined || now === undefined ? undefined : { row, token, now };
}

export const EXECUTOR_CARD = defineQuery({
  takes: { id: "String!" },
  fields: `executor(address: $id) { ${selection(EXECUTOR)} } ${UNIT}`,
  read: (data): CardRow<Executor> => withUnit(readRowOrNull(EXECUTOR, data["executor"], "executor"), data),
});

export const MODEL_CARD = defineQuery({
  takes: { id: "String!" },
  fields: `model(hash: $id) { ${selection(MODEL)} } ${UNIT}`,
  read: (data): CardRow<Model> => withUnit(readRowOrNull(MODEL, data["model"], "model"), data),
});

export const SETTLEMENT_CARD = defineQuery({
  takes: { id: "String!" },
  fields: `settlement(id: $id) { ${selection(SETTLEMENT)} } ${UNIT}`,
  read: (data): CardRow<SettlementRow> => withUnit(readRowOrNull(SETTLEMENT, data["settlement"], "settlement"), data),
});

export const DISPUTE_CARD = defineQuery({
  takes: { id: "String" },
  fields: `${rows(DISPUTE, "where: { disputeId: $id }, limit: 1", "disputes")} ${UNIT}`,
  read: (data): CardRow<Dispute> => withUnit(readItems(DISPUTE, data["disputes"], "disputes")[0], data),
});

/** What an executor's card is drawn from. */
export const readExecutorCard = (id: Hex): Promise<IndexReply<CardRow<Executor>>> => askNow(EXECUTOR_CARD, { id });
/** What a model's card is drawn from. */
export const readModelCard = (id: Hex): Promise<IndexReply<CardRow<Model>>> => askNow(MODEL_CARD, { id });
/** What a settlement's card is drawn from. */
export const readSettlementCard = (id: string): Promise<IndexReply<CardRow<SettlementRow>>> =>
  askNow(SETTLEMENT_CARD, { id });
/** What a dispute's card is drawn from. */
export const readDisputeCard = (id: Hex): Promise<IndexReply<CardRow<Dispute>>> => askNow(DISPUTE_CARD, { id });

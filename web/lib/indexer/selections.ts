import { type DAY, type HOUR, type Row, type Shape, selection } from "../rows.ts";

/*
 * This folder is the only door to the indexer: one function for each question that a page asks. Every function answers
 * with a value or a problem and never throws. What belongs together comes from one GraphQL query, hence from one moment of
 * the chain.
 */

/** The one row of totals. */
export const NETWORK_ROW = `network(id: "lloom")`;

/** How far charts look back: 60 days. */
export const CHART_SECONDS = 60 * 86_400;

export type Day = Row<typeof DAY>;
export type Hour = Row<typeof HOUR>;

/** The selection of a list whose pages nobody turns. */
export const list = (shape: Shape, arguments_: string, field: string) =>
  `${field}(${arguments_}) { items { ${selection(shape)} } }`;

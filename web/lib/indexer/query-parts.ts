import { type RowShape, selection } from "../shapes.ts";

/*
 * This folder is the only door to the indexer: one query for each question that a page asks, and a function that asks it.
 * Every function answers with a value or a problem and never throws. What belongs together comes from one GraphQL query,
 * hence from one moment of the chain.
 */

/** The one row of totals. */
export const NETWORK_ROW = `network(id: "lloom")`;

/** How far charts look back: 60 days. */
export const CHART_SECONDS = 60 * 86_400;

/** The selection of a list whose pages nobody turns. */
export const rows = (shape: RowShape, arguments_: string, field: string) =>
  `${field}(${arguments_}) { items { ${selection(shape)} } }`;

import { type RowShape, selection } from "../shapes.ts";

/*
 * This folder is the only way to the indexer: one query for each question that a page asks, and a function that asks it.
 * Every function answers with a value or a problem and never throws. One GraphQL query is answered from one moment of the
 * chain; a page that needs several reads them by `atOneMoment`.
 */

/** The one row of totals. */
export const NETWORK_ROW = `network(id: "lloom")`;

/** How far charts look back: 90 days. */
export const CHART_SECONDS = 90 * 86_400;

export const DAY_SECONDS = 86_400;

/** A time so many seconds ago, at the beginning of a step, so that a question stays the same for as long. */
export const since = (nowSeconds: number, secondsAgo: number, step: number): number =>
  Math.floor((nowSeconds - secondsAgo) / step) * step;

/** The selection of a list whose pages nobody turns. */
export const rows = (shape: RowShape, arguments_: string, field: string) =>
  `${field}(${arguments_}) { items { ${selection(shape)} } }`;

import type { SheetContent } from "@lloom/protocol/observed/sheets";
import { oneParam, type SearchParams } from "../list-query.ts";
import { firstResponse } from "./words.ts";

export type ObservedExecutor = SheetContent<"executors">["executors"][number];

/** Orders of executors by what was observed, by their word in the address bar; who has no such figure is left out. */
const FIGURES = {
  now: ({ cheapest }: ObservedExecutor) =>
    cheapest === null ? undefined : Number(cheapest.inboundPrice + cheapest.outboundPrice),
  latency: ({ health }: ObservedExecutor) => firstResponse(health),
  uptime: ({ health }: ObservedExecutor) => health?.weekUptime ?? undefined,
} as const;
export type ObservedSort = keyof typeof FIGURES;

/** The order that the address bar asks for, if it is one by what was observed. */
export function parseObservedSort(params: SearchParams): ObservedSort | undefined {
  const asked = oneParam(params, "sort") ?? "";
  return Object.hasOwn(FIGURES, asked) ? (asked as ObservedSort) : undefined;
}

/** Addresses in that order. */
export function inObservedOrder(
  executors: readonly ObservedExecutor[],
  sort: ObservedSort,
  direction: "asc" | "desc",
): readonly string[] {
  const sign = direction === "asc" ? 1 : -1;
  return executors
    .flatMap((row) => {
      const figure = FIGURES[sort](row);
      return figure === undefined ? [] : [{ address: row.executor, figure }];
    })
    .sort((a, b) => sign * (a.figure - b.figure))
    .map(({ address }) => address);
}

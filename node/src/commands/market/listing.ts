import { nameText } from "../terminal-text.ts";
import type { SeenOffer } from "./seen-market.ts";

/** Offers by model, in the order of names; of each model the cheapest first. */
export function modelsIn(seen: readonly SeenOffer[]): readonly (readonly [model: string, readonly SeenOffer[]])[] {
  const byModel = Map.groupBy(seen, ({ signed }) => signed.offer.model);
  const sum = ({ signed: { offer } }: SeenOffer): bigint => offer.inboundPrice + offer.outboundPrice;
  return [...byModel]
    .sort(([a], [b]) => a.localeCompare(b, "en"))
    .map(
      ([model, among]) => [model, among.toSorted((a, b) => (sum(a) < sum(b) ? -1 : sum(a) > sum(b) ? 1 : 0))] as const,
    );
}

/** Rows below their headings, two spaces apart; whatever stands in a cell stays in it. */
export function tableLines(headings: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [headings, ...rows].map((row) => row.map(nameText));
  const widths = headings.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

import { formatCount, formatDay } from "../../lib/format.ts";
import { averagePrice } from "../../lib/models/market-share.ts";
import type { Day } from "../../lib/rows.ts";
import { Count } from "../figures/count.tsx";
import { type Column, DataTable } from "../table/data-table.tsx";
import { Price } from "./model-list-table.tsx";

const COLUMNS: readonly Column<Day>[] = [
  {
    header: "Day",
    hint: "UTC day of the settlements; days without any are left out",
    cell: ({ day }) => <span className="whitespace-nowrap tabular-nums">{formatDay(day)}</span>,
  },
  {
    header: "Average price",
    hint: "Paid for a million tokens on that day, prompt and answer together",
    numeric: true,
    isAmount: true,
    cell: (day) => <Price units={averagePrice(day)} />,
  },
  {
    header: "Answers",
    hint: "Answers that settlements of that day paid for",
    numeric: true,
    cell: ({ requests }) => <Count value={requests} />,
  },
  {
    header: "Tokens",
    hint: "Prompt and answer tokens of these answers",
    numeric: true,
    from: "sm",
    cell: ({ inboundTokens, outboundTokens }) => (
      <span className="tabular-nums">{formatCount(inboundTokens + outboundTokens)}</span>
    ),
  },
];

/** What a model cost day by day, the newest first. */
export function PriceHistory({ days }: { readonly days: readonly Day[] }) {
  return (
    <DataTable
      caption="Average price by day, the newest first"
      columns={COLUMNS}
      rows={days.toReversed()}
      rowKey={({ day }) => String(day)}
    />
  );
}

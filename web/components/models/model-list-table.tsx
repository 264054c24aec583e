import { averagePrice } from "../../lib/models/market-share.ts";
import type { Model } from "../../lib/rows.ts";
import { Amount } from "../figures/amount.tsx";
import { Count } from "../figures/count.tsx";
import { Identifier } from "../figures/identifier.tsx";
import { RelativeTime } from "../figures/relative-time.tsx";
import { type Column, DataTable, type Sorting } from "../table/data-table.tsx";

/** An average price, or that there is none. */
export function Price({ units }: { readonly units: bigint | undefined }) {
  return units === undefined ? <span className="text-ink-faint">none</span> : <Amount units={units} />;
}

const COLUMNS: readonly Column<Model>[] = [
  {
    header: "Model",
    hint: "keccak256 of the model's name; the name itself is not on chain",
    cell: ({ hash }) => (
      <Identifier value={hash} what="hash of the model's name" href={`/models/${hash}`} short copyable />
    ),
  },
  {
    header: "Average price",
    hint: "Paid for a million tokens, prompt and answer together: paid * 1000000 / (inboundTokens + outboundTokens)",
    numeric: true,
    isAmount: true,
    cell: (model) => <Price units={averagePrice(model)} />,
  },
  {
    header: "Executors",
    hint: "Executors that were paid for it ever",
    numeric: true,
    sort: "executors",
    cell: ({ executorCount }) => <Count value={executorCount} />,
  },
  {
    header: "Answers",
    hint: "Answers with it that settlements have paid for",
    numeric: true,
    sort: "answers",
    from: "sm",
    cell: ({ requests }) => <Count value={requests} />,
  },
  {
    header: "Paid",
    hint: "Sum of the settlements that paid for it",
    numeric: true,
    isAmount: true,
    sort: "paid",
    from: "sm",
    cell: ({ paid }) => <Amount units={paid} aligned />,
  },
];

const lastSettled = (now: number): Column<Model> => ({
  header: "Last settled",
  hint: "Time of the newest settlement that paid for it",
  numeric: true,
  sort: "last",
  from: "md",
  cell: ({ lastSettledAt }) =>
    lastSettledAt === null ? (
      <span className="text-ink-faint">never</span>
    ) : (
      <RelativeTime at={lastSettledAt} now={now} />
    ),
});

interface ModelListTableProps {
  readonly models: readonly Model[];
  readonly sorting: Sorting;
  readonly now: number;
}

/** Models, to be ordered by any of their sums. */
export function ModelListTable({ models, sorting, now }: ModelListTableProps) {
  return (
    <DataTable
      caption="Models"
      columns={[...COLUMNS, lastSettled(now)]}
      rows={models}
      rowKey={({ hash }) => hash}
      rowTestId="model-row"
      sorting={sorting}
    />
  );
}

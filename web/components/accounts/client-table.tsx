import type { Client } from "../../lib/rows.ts";
import { Amount } from "../figures/amount.tsx";
import { Count } from "../figures/count.tsx";
import { Identifier } from "../figures/identifier.tsx";
import { RelativeTime } from "../figures/relative-time.tsx";
import { type Column, DataTable, type Sorting } from "../table/data-table.tsx";

const COLUMNS: readonly Column<Client>[] = [
  {
    header: "Client",
    hint: "Address of the client",
    cell: ({ address }) => (
      <Identifier value={address} what="client address" href={`/clients/${address}`} short copyable />
    ),
  },
  {
    header: "Paid",
    hint: "Paid by settlements so far",
    numeric: true,
    isAmount: true,
    sort: "paid",
    cell: ({ paid }) => <Amount units={paid} aligned />,
  },
  {
    header: "Free deposit",
    hint: "In the escrow and not reserved for any executor",
    numeric: true,
    isAmount: true,
    sort: "deposit",
    from: "md",
    cell: ({ balance }) => <Amount units={balance} />,
  },
  {
    header: "Answers",
    hint: "Answers that it paid for",
    numeric: true,
    sort: "answers",
    cell: ({ requests }) => <Count value={requests} />,
  },
  {
    header: "Tokens out",
    hint: "Answer tokens that it paid for",
    numeric: true,
    sort: "tokens",
    from: "lg",
    cell: ({ outboundTokens }) => <Count value={outboundTokens} />,
  },
  {
    header: "Executors",
    hint: "Executors that it has a channel with",
    numeric: true,
    sort: "executors",
    from: "md",
    cell: ({ executorCount }) => <Count value={executorCount} />,
  },
];

const lastSettled = (now: number): Column<Client> => ({
  header: "Last settled",
  hint: "Time of its newest settlement",
  numeric: true,
  sort: "last",
  from: "sm",
  cell: ({ lastSettledAt }) =>
    lastSettledAt === null ? (
      <span className="text-ink-faint">never</span>
    ) : (
      <RelativeTime at={lastSettledAt} now={now} />
    ),
});

interface ClientTableProps {
  readonly clients: readonly Client[];
  readonly sorting: Sorting;
  readonly now: number;
}

/** Clients, to be ordered by any of their figures. */
export function ClientTable({ clients, sorting, now }: ClientTableProps) {
  return (
    <DataTable
      caption="Clients"
      columns={[...COLUMNS, lastSettled(now)]}
      rows={clients}
      rowKey={({ address }) => address}
      rowTestId="client-row"
      sorting={sorting}
    />
  );
}

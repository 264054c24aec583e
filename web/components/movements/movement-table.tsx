import { formatCount } from "../../lib/format.ts";
import type { Movement } from "../../lib/movements/movements.ts";
import { Amount } from "../figures/amount.tsx";
import { Identifier } from "../figures/identifier.tsx";
import { RelativeTime } from "../figures/relative-time.tsx";
import { type Column, DataTable } from "../table/data-table.tsx";

interface MovementTableProps {
  readonly caption: string;
  readonly movements: readonly Movement[];
  readonly now: number;
  /** Columns that say the same in every row. */
  readonly without?: "account" | "transaction" | "block";
}

const columnsOf = (now: number): Readonly<Record<string, Column<Movement>>> => ({
  when: {
    header: "When",
    hint: "Time of the block",
    from: "sm",
    cell: ({ timestamp }) => <RelativeTime at={timestamp} now={now} />,
  },
  what: { header: "What", hint: "What happened to the money", cell: ({ what }) => what },
  account: {
    header: "Account",
    hint: "Whose money it is",
    cell: ({ account }) => <Identifier value={account} what="address" href={`/address/${account}`} short />,
  },
  other: {
    header: "With",
    hint: "The other end: an executor, a payer or a receiver",
    from: "md",
    cell: ({ other }) =>
      other === undefined ? (
        <span className="text-ink-faint">none</span>
      ) : (
        <Identifier value={other} what="address" href={`/address/${other}`} short />
      ),
  },
  amount: {
    header: "Amount",
    hint: "How much moved",
    numeric: true,
    isAmount: true,
    cell: ({ amount }) => <Amount units={amount} aligned />,
  },
  transaction: {
    header: "Transaction",
    hint: "Transaction in which it happened",
    from: "lg",
    cell: ({ transactionHash }) => (
      <Identifier value={transactionHash} what="transaction hash" href={`/tx/${transactionHash}`} short />
    ),
  },
  block: {
    header: "Block",
    hint: "Block in which it happened",
    from: "xl",
    cell: ({ block }) => <Identifier value={formatCount(block)} what="block" href={`/blocks/${block}`} />,
  },
});

/** Money that moved, line by line. */
export function MovementTable({ caption, movements, now, without }: MovementTableProps) {
  const columns = Object.entries(columnsOf(now)).filter(
    ([name]) => name !== without && !(without === "transaction" && (name === "block" || name === "when")),
  );
  return (
    <DataTable
      caption={caption}
      columns={columns.map(([, column]) => column)}
      rows={movements}
      rowKey={({ id, what }) => `${what} ${id}`}
      rowTestId="movement-row"
    />
  );
}

import type { Executor } from "../../lib/rows.ts";
import { DangerSigns } from "../accounts/danger-signs.tsx";
import { Amount } from "../figures/amount.tsx";
import { Count } from "../figures/count.tsx";
import { Identifier } from "../figures/identifier.tsx";
import { type Column, DataTable } from "../table/data-table.tsx";

const COLUMNS: readonly Column<Executor>[] = [
  {
    header: "Executor",
    hint: "Address of the executor, and what speaks against it",
    cell: (member) => (
      <>
        <Identifier value={member.address} what="executor address" href={`/executors/${member.address}`} short />
        <DangerSigns member={member} />
      </>
    ),
  },
  {
    header: "Answers",
    hint: "Answers that it was paid for",
    numeric: true,
    cell: ({ requests }) => <Count value={requests} />,
  },
  {
    header: "Earned",
    hint: "Earned by settlements so far",
    numeric: true,
    isAmount: true,
    cell: ({ earned }) => <Amount units={earned} aligned />,
  },
];

/** The executors that earned most. */
export function TopExecutors({ executors }: { readonly executors: readonly Executor[] }) {
  return (
    <DataTable
      caption="Executors that earned most"
      columns={COLUMNS}
      rows={executors}
      rowKey={({ address }) => address}
    />
  );
}

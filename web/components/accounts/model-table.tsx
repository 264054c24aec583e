import type { ExecutorModel } from "../../lib/rows.ts";
import { Amount } from "../figures/amount.tsx";
import { Count } from "../figures/count.tsx";
import { Identifier } from "../figures/identifier.tsx";
import { type Column, DataTable } from "../table/data-table.tsx";

const COLUMNS: readonly Column<ExecutorModel>[] = [
  {
    header: "Model",
    hint: "keccak256 of the model's name; the name itself is not on chain",
    cell: ({ modelHash }) => (
      <Identifier value={modelHash} what="hash of the model's name" href={`/models/${modelHash}`} short copyable />
    ),
  },
  {
    header: "Answers",
    hint: "Answers with this model",
    numeric: true,
    cell: ({ requests }) => <Count value={requests} />,
  },
  {
    header: "Paid",
    hint: "Paid for this model",
    numeric: true,
    isAmount: true,
    cell: ({ paid }) => <Amount units={paid} aligned />,
  },
];

/** The models that an executor was paid for. */
export function ModelTable({ models }: { readonly models: readonly ExecutorModel[] }) {
  return (
    <DataTable
      caption="Models, the best paid first"
      columns={COLUMNS}
      rows={models}
      rowKey={({ modelHash }) => modelHash}
    />
  );
}

import type { Parameter } from "../../lib/about/parameters.ts";
import { type Column, DataTable } from "../table/data-table.tsx";

const COLUMNS: readonly Column<Parameter>[] = [
  {
    header: "Name",
    hint: "As the code has it",
    cell: ({ name, meaning }) => (
      <>
        <code className="font-mono text-[0.8125rem] [overflow-wrap:anywhere]">{name}</code>
        <span className="block text-[0.8125rem] text-ink-soft">{meaning}</span>
      </>
    ),
  },
  {
    header: "Value",
    hint: "The number that this explorer was built with",
    numeric: true,
    cell: ({ value }) => <span className="tabular-nums [overflow-wrap:anywhere]">{value}</span>,
  },
];

interface ParameterTableProps {
  readonly caption: string;
  readonly parameters: readonly Parameter[];
}

/** Numbers of a formula, each with what it means. */
export function ParameterTable({ caption, parameters }: ParameterTableProps) {
  return (
    <DataTable
      caption={caption}
      columns={COLUMNS}
      rows={parameters}
      rowKey={({ name }) => name}
      rowTestId="parameter-row"
    />
  );
}

import type { Validator } from "../../lib/rows.ts";
import { Amount } from "../figures/amount.tsx";
import { Count } from "../figures/count.tsx";
import { Identifier } from "../figures/identifier.tsx";
import { RelativeTime } from "../figures/relative-time.tsx";
import { type Column, DataTable, type Sorting } from "../table/data-table.tsx";
import { DangerSigns } from "./danger-signs.tsx";
import { Standing } from "./standing.tsx";

const COLUMNS: readonly Column<Validator>[] = [
  {
    header: "Validator",
    hint: "Address of the validator, and what speaks against it",
    cell: (member) => (
      <>
        <Identifier
          value={member.address}
          what="validator address"
          href={`/validators/${member.address}`}
          short
          copyable
        />
        <DangerSigns member={member} />
      </>
    ),
  },
  {
    header: "Standing",
    hint: "Active validators are registered and hold the minimum stake",
    from: "lg",
    cell: (member) => <Standing member={member} />,
  },
  {
    header: "Audits",
    hint: "Executors that it reported on, once for each epoch",
    numeric: true,
    sort: "audits",
    cell: ({ auditCount }) => <Count value={auditCount} />,
  },
  {
    header: "Juries",
    hint: "Panels that it was drawn for",
    numeric: true,
    sort: "juries",
    cell: ({ seatCount }) => <Count value={seatCount} />,
  },
  {
    header: "Fines",
    hint: "As a juror: for not coming, not revealing, or the opposite of what was found",
    numeric: true,
    sort: "fines",
    from: "sm",
    cell: ({ fineCount }) => <Count value={fineCount} />,
  },
  {
    header: "Stake",
    hint: "Held against misbehaviour; unbonding stake not counted",
    numeric: true,
    isAmount: true,
    sort: "stake",
    cell: ({ stake }) => <Amount units={stake} />,
  },
];

const registered = (now: number): Column<Validator> => ({
  header: "Registered",
  hint: "When it registered",
  numeric: true,
  sort: "registered",
  from: "md",
  cell: ({ registeredAt }) =>
    registeredAt === null ? (
      <span className="text-ink-faint">never</span>
    ) : (
      <RelativeTime at={registeredAt} now={now} />
    ),
});

interface ValidatorTableProps {
  readonly validators: readonly Validator[];
  readonly sorting: Sorting;
  readonly now: number;
}

/** Validators, to be ordered by what they do, by stake or age. */
export function ValidatorTable({ validators, sorting, now }: ValidatorTableProps) {
  return (
    <DataTable
      caption="Validators"
      columns={[...COLUMNS, registered(now)]}
      rows={validators}
      rowKey={({ address }) => address}
      rowTestId="validator-row"
      sorting={sorting}
    />
  );
}

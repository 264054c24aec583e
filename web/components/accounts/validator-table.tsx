import type { Validator } from "../../lib/rows.ts";
import { Amount } from "../figures/amount.tsx";
import { Identifier } from "../figures/identifier.tsx";
import { RelativeTime } from "../figures/relative-time.tsx";
import { type Column, DataTable, type Sorting } from "../table/data-table.tsx";
import { Standing } from "./standing.tsx";

const COLUMNS: readonly Column<Validator>[] = [
  {
    header: "Validator",
    hint: "Address of the validator",
    cell: ({ address }) => (
      <Identifier value={address} what="validator address" href={`/validators/${address}`} short copyable />
    ),
  },
  {
    header: "Standing",
    hint: "Active validators are registered and hold the minimum stake",
    from: "sm",
    cell: (member) => <Standing member={member} />,
  },
  {
    header: "Peer id",
    hint: "Its name on the peer-to-peer network",
    from: "md",
    cell: ({ peerId }) =>
      peerId === null ? (
        <span className="text-ink-faint">none</span>
      ) : (
        <Identifier value={peerId} what="peer id" short copyable />
      ),
  },
  {
    header: "Stake",
    hint: "Held against misbehaviour; unbonding stake not counted",
    numeric: true,
    isAmount: true,
    sort: "stake",
    cell: ({ stake }) => <Amount units={stake} hint="Active stake" />,
  },
];

const registered = (now: number): Column<Validator> => ({
  header: "Registered",
  hint: "When it registered",
  numeric: true,
  sort: "registered",
  from: "sm",
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

/** Validators, to be ordered by stake or age. */
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

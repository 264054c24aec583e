import type { Lane } from "../../lib/rows.ts";
import { Amount } from "../figures/amount.tsx";
import { Count } from "../figures/count.tsx";
import { Identifier } from "../figures/identifier.tsx";
import { RelativeTime } from "../figures/relative-time.tsx";
import { type Column, DataTable } from "../table/data-table.tsx";

const columnsOf = (now: number): readonly Column<Lane>[] => [
  {
    header: "Lane",
    hint: "Its number: parallel requests use parallel lanes",
    cell: ({ number }) => <span className="break-all tabular-nums">{String(number)}</span>,
  },
  {
    header: "Executor",
    hint: "Who answers in it",
    cell: ({ executorAddress }) => (
      <Identifier value={executorAddress} what="executor address" href={`/executors/${executorAddress}`} short />
    ),
  },
  {
    header: "Answers",
    hint: "Up to which answer it is settled",
    numeric: true,
    cell: ({ nonce }) => <Count value={nonce} />,
  },
  {
    header: "Paid",
    hint: "Paid for the lane ever",
    numeric: true,
    isAmount: true,
    cell: ({ cost }) => <Amount units={cost} aligned />,
  },
  {
    header: "Still owed",
    hint: "Owed by its newest settlement and not covered; it can be submitted again",
    numeric: true,
    isAmount: true,
    from: "md",
    cell: ({ unpaid }) =>
      unpaid === 0n ? <span className="text-ink-faint">none</span> : <Amount units={unpaid} aligned />,
  },
  {
    header: "Last",
    hint: "When it was settled last",
    from: "sm",
    cell: ({ lastSettledAt }) =>
      lastSettledAt === null ? (
        <span className="text-ink-faint">never</span>
      ) : (
        <RelativeTime at={lastSettledAt} now={now} />
      ),
  },
];

/** Lanes of a client: chains of requests, each of which acknowledges the answer before it. */
export const LaneTable = ({ lanes, now }: { readonly lanes: readonly Lane[]; readonly now: number }) => (
  <DataTable
    caption="Lanes of this client, the one that was settled last first"
    columns={columnsOf(now)}
    rows={lanes}
    rowKey={({ executorAddress, number }) => `${executorAddress}${number}`}
    rowTestId="lane-row"
  />
);

import type { Channel, Conduct } from "../../lib/rows.ts";
import { Amount } from "../figures/amount.tsx";
import { Count } from "../figures/count.tsx";
import { Identifier } from "../figures/identifier.tsx";
import { RelativeTime } from "../figures/relative-time.tsx";
import { type Column, DataTable } from "../table/data-table.tsx";
import { DangerSigns } from "./danger-signs.tsx";

interface ChannelTableProps {
  readonly channels: readonly Channel[];
  /** Whose end of the channel is listed: the party that the page is not about. */
  readonly show: "client" | "executor";
  /** What speaks against the executors that are listed. */
  readonly conduct?: readonly Conduct[];
  readonly now: number;
}

const partyColumn = (show: "client" | "executor", conduct: readonly Conduct[]): Column<Channel> => ({
  header: show === "client" ? "Client" : "Executor",
  hint: "The other end of the channel",
  cell: (row) => {
    const address = show === "client" ? row.clientAddress : row.executorAddress;
    const member = conduct.find((one) => one.address === address);
    return (
      <>
        <Identifier value={address} what={`${show} address`} href={`/${show}s/${address}`} short />
        {member === undefined ? null : <DangerSigns member={member} />}
      </>
    );
  },
});

const unlockingColumn = (now: number): Column<Channel> => ({
  header: "Unlocking",
  hint: "Asked back by the client; stays claimable by the executor until it is taken out",
  numeric: true,
  isAmount: true,
  from: "lg",
  cell: ({ unlocking, unlockAt }) =>
    unlocking === 0n ? (
      <span className="text-ink-faint">none</span>
    ) : (
      <>
        <Amount units={unlocking} aligned />
        {unlockAt === null ? null : (
          <span className="ml-2 text-ink-faint">
            <RelativeTime at={unlockAt} now={now} />
          </span>
        )}
      </>
    ),
});

const COLUMNS: readonly Column<Channel>[] = [
  {
    header: "Answers",
    hint: "Answers settled through the channel",
    numeric: true,
    from: "sm",
    cell: ({ requests }) => <Count value={requests} />,
  },
  {
    header: "Paid",
    hint: "Paid through the channel so far",
    numeric: true,
    isAmount: true,
    cell: ({ paid }) => <Amount units={paid} aligned />,
  },
  {
    header: "Balance",
    hint: "Money of the client that is reserved for the executor",
    numeric: true,
    isAmount: true,
    cell: ({ balance }) => <Amount units={balance} aligned />,
  },
];

/** Channels of one party: money that a client has set aside for one executor. */
export function ChannelTable({ channels, show, conduct = [], now }: ChannelTableProps) {
  return (
    <DataTable
      caption="Channels, the one with the largest payments first"
      columns={[partyColumn(show, conduct), ...COLUMNS, unlockingColumn(now)]}
      rows={channels}
      rowKey={(row) => `${row.clientAddress}${row.executorAddress}`}
    />
  );
}

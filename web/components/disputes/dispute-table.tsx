import Link from "next/link";
import type { Dispute } from "../../lib/dispute-rows.ts";
import { OFFENCE_WORDS } from "../../lib/disputes/words.ts";
import { Amount } from "../figures/amount.tsx";
import { Deadline } from "../figures/deadline.tsx";
import { Identifier } from "../figures/identifier.tsx";
import { RelativeTime } from "../figures/relative-time.tsx";
import { type Column, DataTable, type Sorting } from "../table/data-table.tsx";
import { DisputeSign } from "./dispute-sign.tsx";

const Accused = ({ dispute: { executorAddress } }: { readonly dispute: Dispute }) => (
  <Identifier value={executorAddress} what="executor address" href={`/executors/${executorAddress}`} short />
);

/** Where there is no room for a column of its own, the accused stands below the state. */
const kind = (tellsAccused: boolean): Column<Dispute> => ({
  header: "Dispute",
  hint: "Its kind and its state, or how it ended",
  cell: (dispute) => (
    <span className="flex flex-col gap-0.5 py-0.5">
      <Link
        className="link font-medium"
        href={`/disputes/${dispute.disputeId}`}
        prefetch={false}
        title={`dispute: ${dispute.disputeId}`}
      >
        {OFFENCE_WORDS[dispute.offence].kind}
      </Link>
      <span className="text-[0.8125rem]">
        <DisputeSign state={dispute.state} />
      </span>
      {tellsAccused ? (
        <span className="sm:hidden">
          <Accused dispute={dispute} />
        </span>
      ) : null}
    </span>
  ),
});

const EXECUTOR: Column<Dispute> = {
  header: "Executor",
  hint: "Who is accused",
  from: "sm",
  cell: (dispute) => <Accused dispute={dispute} />,
};

const CHALLENGER: Column<Dispute> = {
  header: "Opened by",
  hint: "Who accuses: a client, a challenger, a reporter",
  from: "md",
  cell: ({ challenger }) => (
    <Identifier value={challenger} what="challenger address" href={`/search?q=${challenger}`} short />
  ),
};

const AT_STAKE: Column<Dispute> = {
  header: "At stake",
  hint: "Most that the executor could lose when it was opened, pay and stake",
  numeric: true,
  isAmount: true,
  sort: "stake",
  cell: ({ atStake }) => <Amount units={atStake} />,
};

const opened = (now: number): Column<Dispute> => ({
  header: "Opened",
  hint: "When it was opened, or a fault was proven",
  numeric: true,
  sort: "opened",
  from: "lg",
  cell: ({ timestamp }) => <RelativeTime at={timestamp} now={now} />,
});

const next = (now: number): Column<Dispute> => ({
  header: "Next deadline",
  hint: "By the chain's clock; of one that is over, when it ended",
  numeric: true,
  sort: "next",
  cell: ({ until, closedAt }) => {
    if (closedAt !== null) {
      return (
        <span className="text-ink-faint">
          ended <RelativeTime at={closedAt} now={now} />
        </span>
      );
    }
    return until === null ? <span className="text-ink-faint">none yet</span> : <Deadline until={until} now={now} />;
  },
});

interface DisputeTableProps {
  readonly caption: string;
  readonly disputes: readonly Dispute[];
  /** The chain's clock. */
  readonly now: number;
  readonly sorting?: Sorting;
  /** The party that the page is about: its column is left out. */
  readonly without?: "executor" | "client";
}

/** Disputes, each a row that leads to its page. */
export function DisputeTable({ caption, disputes, now, sorting, without }: DisputeTableProps) {
  const tellsAccused = without !== "executor";
  const parties = [...(tellsAccused ? [EXECUTOR] : []), ...(without === "client" ? [] : [CHALLENGER])];
  return (
    <DataTable
      caption={caption}
      columns={[kind(tellsAccused), ...parties, AT_STAKE, opened(now), next(now)]}
      rows={disputes}
      rowKey={({ judgeAddress, disputeId }) => judgeAddress + disputeId}
      rowTestId="dispute-row"
      {...(sorting === undefined ? {} : { sorting })}
    />
  );
}

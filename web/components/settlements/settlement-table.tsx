import Link from "next/link";
import type { SettlementRow } from "../../lib/rows.ts";
import { Amount } from "../figures/amount.tsx";
import { Count } from "../figures/count.tsx";
import { Identifier } from "../figures/identifier.tsx";
import { RelativeTime } from "../figures/relative-time.tsx";
import { type Column, DataTable, type Sorting } from "../table/data-table.tsx";

/** A party's column is left out on that party's own page. */
export type Party = "client" | "executor";

interface SettlementTableProps {
  readonly caption: string;
  readonly settlements: readonly SettlementRow[];
  readonly now: number;
  readonly without?: Party;
  readonly sorting?: Sorting;
  /** Half the width: only what tells settlements apart. */
  readonly compact?: boolean;
}

const whenColumn = (now: number): Column<SettlementRow> => ({
  header: "When",
  hint: "Time of the block that holds the settlement",
  sort: "time",
  cell: ({ id, timestamp }) => (
    <Link href={`/settlements/${id}`} prefetch={false} className="link">
      <RelativeTime at={timestamp} now={now} />
    </Link>
  ),
});

/** Beside the executor the client gives way on narrow screens; alone it stays. */
const partyColumn = (party: Party, isAlone: boolean): Column<SettlementRow> => ({
  header: party === "client" ? "Client" : "Executor",
  hint: party === "client" ? "Who paid for the answers" : "Who answered and was paid",
  ...(party === "client" && !isAlone ? { from: "md" as const } : {}),
  cell: (row) => {
    const address = party === "client" ? row.clientAddress : row.executorAddress;
    return <Identifier value={address} what={`${party} address`} href={`/${party}s/${address}`} short />;
  },
});

const ANSWERS: Column<SettlementRow> = {
  header: "Answers",
  hint: "Answers that the settlement pays for; one transaction settles any number",
  numeric: true,
  sort: "answers",
  from: "sm",
  cell: ({ requests }) => <Count value={requests} />,
};

const TOKENS: Column<SettlementRow> = {
  header: "Tokens",
  hint: "Prompt and answer tokens that the settlement adds",
  numeric: true,
  from: "sm",
  cell: ({ inboundTokens, outboundTokens }) => <Count value={inboundTokens + outboundTokens} />,
};

const PAID: Column<SettlementRow> = {
  header: "Paid",
  hint: "Moved from the client's channel to the executor's earnings",
  numeric: true,
  isAmount: true,
  sort: "paid",
  cell: ({ paid }) => <Amount units={paid} aligned testId="settlement-paid" />,
};

const TRANSACTION: Column<SettlementRow> = {
  header: "Transaction",
  hint: "Transaction that settled it; several settlements can share one",
  from: "lg",
  cell: ({ transactionHash }) => (
    <Identifier value={transactionHash} what="transaction hash" href={`/tx/${transactionHash}`} short />
  ),
};

/** Settlements, each a row that leads to its page. */
export function SettlementTable({
  caption,
  settlements,
  now,
  without,
  sorting,
  compact = false,
}: SettlementTableProps) {
  const parties = (["executor", "client"] as const)
    .filter((party) => party !== without)
    .map((party, _, shown) => partyColumn(party, shown.length === 1));
  const columns = [whenColumn(now), ...parties, ...(compact ? [] : [TRANSACTION]), ANSWERS, TOKENS, PAID];
  return (
    <DataTable
      caption={caption}
      columns={columns}
      rows={settlements}
      rowKey={({ id }) => id}
      rowTestId="settlement-row"
      {...(sorting === undefined ? {} : { sorting })}
    />
  );
}

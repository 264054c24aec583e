import Link from "next/link";
import type { JurySeat } from "../../lib/dispute-rows.ts";
import { CHOICE_WORDS } from "../../lib/disputes/words.ts";
import { shortHex } from "../../lib/format.ts";
import { Amount } from "../figures/amount.tsx";
import { RelativeTime } from "../figures/relative-time.tsx";
import { type Column, DataTable } from "../table/data-table.tsx";

const COLUMNS: readonly Column<JurySeat>[] = [
  {
    header: "Dispute",
    hint: "What it was drawn for",
    cell: ({ disputeId }) => (
      <Link
        className="link font-mono text-[0.8125rem]"
        href={`/disputes/${disputeId}`}
        prefetch={false}
        title={`dispute: ${disputeId}`}
      >
        {shortHex(disputeId)}
      </Link>
    ),
  },
  { header: "Panel", hint: "First or second", from: "sm", cell: ({ round }) => (round === 1 ? "first" : "second") },
  {
    header: "Vote",
    hint: "What it said, once revealed",
    cell: ({ committedAt, revealedAt, choice }) =>
      revealedAt !== null ? CHOICE_WORDS[choice] : committedAt === null ? "none" : "committed, not revealed",
  },
  {
    header: "Fined",
    hint: "Taken from its stake for this seat",
    numeric: true,
    isAmount: true,
    cell: ({ fined }) => (fined === 0n ? <span className="text-ink-faint">none</span> : <Amount units={fined} />),
  },
];

const drawn = (now: number): Column<JurySeat> => ({
  header: "Drawn",
  hint: "When the panel was drawn",
  numeric: true,
  from: "sm",
  cell: ({ timestamp }) => <RelativeTime at={timestamp} now={now} />,
});

interface SeatTableProps {
  readonly seats: readonly JurySeat[];
  /** The chain's clock. */
  readonly now: number;
}

/** Juries that a validator was drawn for. */
export function SeatTable({ seats, now }: SeatTableProps) {
  return (
    <DataTable
      caption="Juries, the newest first"
      columns={[...COLUMNS, drawn(now)]}
      rows={seats}
      rowKey={({ disputeId }) => disputeId}
      rowTestId="seat-row"
    />
  );
}

import type { Hex } from "@lloom/protocol/commitment-types";
import type { DisputedAnswer } from "../../lib/dispute-rows.ts";
import { formatCount } from "../../lib/format.ts";
import { Amount } from "../figures/amount.tsx";
import { Identifier } from "../figures/identifier.tsx";
import { type Column, DataTable } from "../table/data-table.tsx";

const amount = (header: string, hint: string, units: (row: DisputedAnswer) => bigint): Column<DisputedAnswer> => ({
  header,
  hint,
  numeric: true,
  isAmount: true,
  cell: (row) => <Amount units={units(row)} />,
});

const request = (settlements: ReadonlyMap<Hex, string>): Column<DisputedAnswer> => ({
  header: "Request",
  hint: "EIP-712 digest of the request; leads to the settlement that paid it, where that names it",
  cell: ({ requestHash }) => {
    const id = settlements.get(requestHash);
    const link = id === undefined ? {} : { href: `/settlements/${id}` };
    return <Identifier value={requestHash} what="request hash" short {...link} />;
  },
});

const COLUMNS: readonly Column<DisputedAnswer>[] = [
  {
    header: "Client",
    hint: "Who paid",
    from: "sm",
    cell: ({ clientAddress }) => (
      <Identifier value={clientAddress} what="client address" href={`/clients/${clientAddress}`} short />
    ),
  },
  amount("Paid", "Paid for the answer", ({ paid }) => paid),
  { ...amount("Held", "Of it, what the escrow holds until the end", ({ held }) => held), from: "sm" },
];

const COUNTED: readonly Column<DisputedAnswer>[] = [
  {
    header: "Counted",
    hint: "Prompt and answer tokens as the challenger counted them",
    numeric: true,
    cell: ({ inboundTokens, outboundTokens }) => `${formatCount(inboundTokens)} in, ${formatCount(outboundTokens)} out`,
  },
  amount("Overcharge", "Paid beyond the counted tokens", ({ overcharge }) => overcharge),
];

interface AnswersTableProps {
  readonly answers: readonly DisputedAnswer[];
  /** Ids of settlements by request. */
  readonly settlements: ReadonlyMap<Hex, string>;
  /** Whether it is about their counts. */
  readonly counted: boolean;
}

/** The answers that a measured dispute is about. */
export function AnswersTable({ answers, settlements, counted }: AnswersTableProps) {
  return (
    <DataTable
      caption="Disputed answers"
      columns={[request(settlements), ...COLUMNS, ...(counted ? COUNTED : [])]}
      rows={answers}
      rowKey={({ requestHash }) => requestHash}
    />
  );
}

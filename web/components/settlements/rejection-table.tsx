import type { PairRejection } from "../../lib/rows.ts";
import { Count } from "../figures/count.tsx";
import { Identifier } from "../figures/identifier.tsx";
import { type Column, DataTable } from "../table/data-table.tsx";

/** Why the contract skips a pair, in words. */
const REASONS: Readonly<Record<string, string>> = {
  CLIENT_SIGNATURE: "The client's signature does not match",
  EXECUTOR_SIGNATURE: "The executor's signature does not match",
  REQUEST_HASH: "The response names another request",
  NONCE: "The lane has already been settled this far",
  INBOUND_TOKENS: "More prompt tokens than the request allows",
  OUTBOUND_TOKENS: "More answer tokens than the request allows",
  FINISH_REASON: "The finish reason and the cost contradict each other",
  COST_ARITHMETIC: "The cost does not follow from tokens and prices",
  COST_CAP: "The cost is above the request's cap",
  ACKNOWLEDGED_COST: "The acknowledged cost is below what was settled",
  EXPIRED: "It came after the settlement window",
  NOTHING_TO_PAY: "There was nothing to pay",
};

const COLUMNS: readonly Column<PairRejection>[] = [
  {
    header: "Place",
    hint: "Place of the pair in the batch, from 0",
    cell: ({ position }) => <Count value={position} hint="Place in the batch" />,
  },
  {
    header: "Request",
    hint: "EIP-712 digest of the request",
    cell: ({ requestHash }) => <Identifier value={requestHash} what="request hash" short copyable />,
  },
  {
    header: "Reason",
    hint: "Why the contract skipped the pair",
    cell: ({ reason }) => REASONS[reason] ?? reason,
  },
];

/** Pairs that a batch skipped; the rest of the batch went through. */
export function RejectionTable({ rejections }: { readonly rejections: readonly PairRejection[] }) {
  return <DataTable caption="Skipped pairs" columns={COLUMNS} rows={rejections} rowKey={({ id }) => id} />;
}

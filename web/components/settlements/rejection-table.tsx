import { REJECTION_WORDS } from "../../lib/rejection-words.ts";
import type { PairRejection } from "../../lib/rows.ts";
import { Count } from "../figures/count.tsx";
import { Identifier } from "../figures/identifier.tsx";
import { type Column, DataTable } from "../table/data-table.tsx";

const COLUMNS: readonly Column<PairRejection>[] = [
  {
    header: "Place",
    hint: "Place of the pair in the batch, from 0",
    cell: ({ position }) => <Count value={position} />,
  },
  {
    header: "Request",
    hint: "EIP-712 digest of the request",
    cell: ({ requestHash }) => <Identifier value={requestHash} what="request hash" short copyable />,
  },
  {
    header: "Reason",
    hint: "Why the contract skipped the pair",
    cell: ({ reason }) => REJECTION_WORDS[reason],
  },
];

/** Pairs that a batch skipped; the rest of the batch went through. */
export function RejectionTable({ rejections }: { readonly rejections: readonly PairRejection[] }) {
  return <DataTable caption="Skipped pairs" columns={COLUMNS} rows={rejections} rowKey={({ id }) => id} />;
}

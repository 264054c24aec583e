import type { AuditReport } from "../../lib/dispute-rows.ts";
import { AUDIT_WORDS } from "../../lib/disputes/words.ts";
import { formatCount, formatMoment } from "../../lib/format.ts";
import { Count } from "../figures/count.tsx";
import { Identifier } from "../figures/identifier.tsx";
import { type Form, Sign } from "../figures/sign.tsx";
import { type Column, DataTable } from "../table/data-table.tsx";

const FORMS: Readonly<Record<AuditReport["outcome"], Form>> = {
  PASSED: "cleared",
  FAILED: "danger",
  UNANSWERED: "open",
  INCONCLUSIVE: "none",
  UNKNOWN: "none",
};

/** What went wrong, by kind. */
function failuresOf(audit: AuditReport): string {
  const kinds = [
    [audit.unanswered, "unanswered"],
    [audit.structureFailures, "malformed"],
    [audit.countFailures, "wrong counts"],
    [audit.traceFailures, "wrong trace"],
    [audit.crossFailures, "unlike others"],
  ] as const;
  const found = kinds.filter(([count]) => count > 0).map(([count, what]) => `${formatCount(count)} ${what}`);
  return found.length === 0 ? "none" : found.join(", ");
}

const COLUMNS: readonly Column<AuditReport>[] = [
  {
    header: "Outcome",
    hint: "What the validator reported",
    cell: ({ outcome }) => (
      <Sign form={FORMS[outcome]} text={AUDIT_WORDS[outcome]} hint="What the validator reported of this epoch" />
    ),
  },
  {
    header: "Canaries",
    hint: "Paid questions whose answers the validator can check",
    numeric: true,
    cell: ({ canaries }) => <Count value={canaries} />,
  },
  { header: "Failures", hint: "Canaries that were not answered as they should, by kind", from: "md", cell: failuresOf },
  {
    header: "Epoch",
    hint: "First second of the audited epoch, from which evidence ages",
    numeric: true,
    from: "sm",
    cell: ({ epochStartsAt }) => <span className="whitespace-nowrap tabular-nums">{formatMoment(epochStartsAt)}</span>,
  },
  {
    header: "Report",
    hint: "Transaction with the report, which holds the hash of its evidence",
    from: "lg",
    cell: ({ transactionHash }) => <Identifier value={transactionHash} what="transaction hash" short copyable />,
  },
];

const OTHER = {
  validator: {
    header: "Validator",
    hint: "Who audited",
    cell: ({ validatorAddress }) => (
      <Identifier value={validatorAddress} what="validator address" href={`/validators/${validatorAddress}`} short />
    ),
  },
  executor: {
    header: "Executor",
    hint: "Who was audited",
    cell: ({ executorAddress }) => (
      <Identifier value={executorAddress} what="executor address" href={`/executors/${executorAddress}`} short />
    ),
  },
} as const satisfies Record<string, Column<AuditReport>>;

interface AuditTableProps {
  readonly audits: readonly AuditReport[];
  /** The party that the page is not about. */
  readonly show: keyof typeof OTHER;
}

/** Audits: what validators found out about executors. */
export function AuditTable({ audits, show }: AuditTableProps) {
  return (
    <DataTable
      caption="Audits, the newest first"
      columns={[OTHER[show], ...COLUMNS]}
      rows={audits}
      rowKey={({ validatorAddress, executorAddress, epoch }) => `${validatorAddress}${executorAddress}${epoch}`}
      rowTestId="audit-row"
    />
  );
}

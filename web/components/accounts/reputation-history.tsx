import { formatMinute } from "../../lib/format.ts";
import type { Reputation } from "../../lib/reputation-rows.ts";
import { GRADE_WORDS } from "../../lib/reputation-words.ts";
import { ReputationChart } from "../charts/reputation-chart.tsx";
import { Fraction } from "../figures/fraction.tsx";
import { type Column, DataTable } from "../table/data-table.tsx";

const COLUMNS: readonly Column<Reputation>[] = [
  {
    header: "Epoch",
    hint: "When it began; epochs in which nothing happened that counts have no row",
    cell: ({ epoch, epochStartsAt }) => (
      <time title={`epoch ${epoch}`} className="tabular-nums whitespace-nowrap text-[0.8125rem]">
        {formatMinute(epochStartsAt)}
      </time>
    ),
  },
  {
    header: "Grade",
    hint: "By trust; a newcomer has too few audits for any",
    from: "sm",
    cell: ({ grade }) => GRADE_WORDS[grade].text,
  },
  { header: "Trust", hint: "Of 1", numeric: true, cell: ({ trust }) => <Fraction value={trust} /> },
  {
    header: "Audits it passes",
    hint: "The share that it is believed to pass; least and most that are as believable",
    numeric: true,
    cell: ({ share, lower, upper }) => (
      <>
        <Fraction value={share} />{" "}
        <span className="block text-ink-faint sm:inline">
          <Fraction value={lower} /> to <Fraction value={upper} />
        </span>
      </>
    ),
  },
  {
    header: "Passed, failed, unanswered",
    hint: "Audits that still count, aged",
    numeric: true,
    from: "md",
    cell: ({ passed, failed, unanswered }) => (
      <>
        <Fraction value={passed} />, <Fraction value={failed} />, <Fraction value={unanswered} />
      </>
    ),
  },
  {
    header: "Strikes",
    hint: "That still count, aged",
    numeric: true,
    from: "md",
    cell: ({ strikes }) => <Fraction value={strikes} />,
  },
];

/** How a reputation came about: epochs in which something happened that counts, newest first. */
export function ReputationHistory({ rows }: { readonly rows: readonly Reputation[] }) {
  return (
    <>
      <ReputationChart rows={rows} />
      <details className="border-t border-line text-[0.8125rem] text-ink-soft">
        <summary className="mx-4 my-2 w-fit cursor-pointer rounded hover:text-ink">Epochs as a table</summary>
        <DataTable
          caption="Reputation by epoch, newest first; epochs in which nothing happened that counts have no row"
          columns={COLUMNS}
          rows={rows}
          rowKey={({ epoch }) => String(epoch)}
          rowTestId="epoch-row"
        />
      </details>
    </>
  );
}

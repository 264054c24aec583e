import type { SheetContent } from "@lloom/protocol/observed/sheets";
import { formatCount } from "../../lib/format.ts";
import type { Observation } from "../../lib/observer/read-sheet.ts";
import { Identifier } from "../figures/identifier.tsx";
import { RelativeTime } from "../figures/relative-time.tsx";
import { Panel } from "../layout/panel.tsx";
import { Empty } from "../states/empty.tsx";
import { type Column, DataTable } from "../table/data-table.tsx";
import { ObservedBy } from "./observed-by.tsx";
import { PriceNow } from "./observed-figures.tsx";
import { UnseenNote } from "./unseen-note.tsx";

type Change = SheetContent<"prices">["changes"][number];

/** Rows that a page has room for. */
const MOST_SHOWN = 30;

const columnsOf = (now: number): readonly Column<Change>[] => [
  {
    header: "Since",
    hint: "When the observer first saw these terms",
    cell: ({ at }) => <RelativeTime at={at} now={now} />,
  },
  {
    header: "Executor",
    hint: "Who offers it",
    cell: ({ executor }) => (
      <Identifier value={executor} what="executor address" href={`/executors/${executor}`} short />
    ),
  },
  {
    header: "Price",
    hint: "For a million prompt tokens and a million answer tokens",
    numeric: true,
    isAmount: true,
    cell: ({ terms }) =>
      terms === null ? <span className="text-ink-faint">offered no more</span> : <PriceNow terms={terms} />,
  },
  {
    header: "Context",
    hint: "Most tokens of prompt and answer together",
    numeric: true,
    from: "sm",
    cell: ({ terms }) =>
      terms === null ? null : <span className="tabular-nums">{formatCount(terms.maxContext)}</span>,
  },
];

interface OfferedPricesProps {
  readonly prices: Observation<"prices">;
  readonly now: number;
}

/** What a model was offered for, change by change, the newest first. */
export function OfferedPrices({ prices, now }: OfferedPricesProps) {
  const isSeen = prices.state === "seen";
  const changes = isSeen ? prices.content.changes.toReversed() : [];
  const left = isSeen ? changes.length - Math.min(changes.length, MOST_SHOWN) + prices.content.left : 0;
  return (
    <Panel title="Offered prices, change by change" note={isSeen ? <ObservedBy {...prices} now={now} /> : undefined}>
      {!isSeen ? (
        <UnseenNote state={prices.state} />
      ) : changes.length === 0 ? (
        <Empty title="No offer was seen in 30 days">Terms show up with the observer's next call.</Empty>
      ) : (
        <>
          <DataTable
            caption="Changes of offered prices, the newest first"
            columns={columnsOf(now)}
            rows={changes.slice(0, MOST_SHOWN)}
            rowKey={({ executor, at }) => `${executor} ${at}`}
            rowTestId="price-change"
          />
          {left === 0 ? null : (
            <p className="border-t border-line px-4 py-2 text-[0.8125rem] text-ink-soft">
              {formatCount(left)} older changes are left out.
            </p>
          )}
        </>
      )}
    </Panel>
  );
}

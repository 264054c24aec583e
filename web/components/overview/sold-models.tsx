import Link from "next/link";
import { formatCount } from "../../lib/format.ts";
import { MOST_COUNTED, type SoldModel } from "../../lib/indexer/overview.ts";
import { averagePrice } from "../../lib/models/market-share.ts";
import { Count } from "../figures/count.tsx";
import { Identifier } from "../figures/identifier.tsx";
import { RelativeTime } from "../figures/relative-time.tsx";
import { Price } from "../models/model-list-table.tsx";
import { Empty } from "../states/empty.tsx";
import { type Column, DataTable } from "../table/data-table.tsx";
import { Question } from "./question.tsx";

const COLUMNS: readonly Column<SoldModel>[] = [
  {
    header: "Model",
    hint: "keccak256 of the model's name; the name itself is not on chain, and search finds it by its exact name",
    cell: ({ model: { hash } }) => (
      <Identifier value={hash} what="hash of the model's name" href={`/models/${hash}`} short />
    ),
  },
  {
    header: "Price per 1M",
    hint: "What was paid for a million tokens ever, prompt and answer together: paid * 1000000 / (inboundTokens + outboundTokens) of model(hash)",
    numeric: true,
    isAmount: true,
    cell: ({ model }) => <Price units={averagePrice(model)} />,
  },
  {
    header: "Active",
    hint: `Of the executors that were paid for it, the ${MOST_COUNTED} best paid, those that hold the minimum stake now and are not in jail: executors { items { executor { active } } } of model(hash)`,
    numeric: true,
    cell: ({ model, activeExecutors }) => (
      <span className="whitespace-nowrap">
        <Count value={activeExecutors} testId="model-active" />
        <span className="text-ink-faint"> of {formatCount(model.executorCount)}</span>
      </span>
    ),
  },
  {
    header: "Answers",
    hint: "Answers with it that settlements have paid for: requests of model(hash)",
    numeric: true,
    from: "sm",
    cell: ({ model }) => <Count value={model.requests} />,
  },
];

const lastSettled = (now: number): Column<SoldModel> => ({
  header: "Last settled",
  hint: "Time of the newest settlement that paid for it: lastSettledAt of model(hash)",
  numeric: true,
  from: "md",
  cell: ({ model: { lastSettledAt } }) =>
    lastSettledAt === null ? (
      <span className="text-ink-faint">never</span>
    ) : (
      <RelativeTime at={lastSettledAt} now={now} />
    ),
});

interface SoldModelsProps {
  readonly models: readonly SoldModel[];
  readonly now: number;
}

/** What can be bought, from whom and for how much. */
export function SoldModels({ models, now }: SoldModelsProps) {
  return (
    <Question
      title="What can I buy?"
      note={
        <>
          Models that were paid for, most used first.{" "}
          <Link className="link" href="/models">
            All models
          </Link>
        </>
      }
    >
      <div className="panel overflow-hidden">
        {models.length === 0 ? (
          <Empty title="No models yet">A model shows up with the first settlement that pays for it.</Empty>
        ) : (
          <>
            <DataTable
              caption="Models that were paid for, most used first"
              columns={[...COLUMNS, lastSettled(now)]}
              rows={models}
              rowKey={({ model }) => model.hash}
              rowTestId="model-row"
            />
            <p className="border-t border-line px-4 py-2 text-[0.8125rem] text-ink-soft">
              Prices now and the time to the first token stand on no chain, so none is shown: the executors tell them to
              whoever asks, as <code className="font-mono">lloom offers</code> does.
            </p>
          </>
        )}
      </div>
    </Question>
  );
}

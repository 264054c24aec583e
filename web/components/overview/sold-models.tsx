import type { SheetContent } from "@lloom/protocol/observed/sheets";
import Link from "next/link";
import { Fragment } from "react";
import { formatCount } from "../../lib/format.ts";
import { MOST_COUNTED, type SoldModel } from "../../lib/indexer/overview.ts";
import { averagePrice } from "../../lib/models/market-share.ts";
import { hashOfName } from "../../lib/models/model-names.ts";
import type { Observation } from "../../lib/observer/read-sheet.ts";
import { formatMs, latencyThreshold, UNSEEN_WORDS } from "../../lib/observer/words.ts";
import { Count } from "../figures/count.tsx";
import { Identifier } from "../figures/identifier.tsx";
import { OutsideText } from "../figures/outside-text.tsx";
import { RelativeTime } from "../figures/relative-time.tsx";
import { ThresholdWord } from "../figures/threshold-word.tsx";
import { Price } from "../models/model-list-table.tsx";
import { ObservedBy } from "../observed/observed-by.tsx";
import { NotSeen, PriceNow } from "../observed/observed-figures.tsx";
import { Empty } from "../states/empty.tsx";
import { type Column, DataTable } from "../table/data-table.tsx";
import { Question } from "./question.tsx";

/** What settlements say; prices and executors of now come before them where those are known. */
const paidColumns = (isOfNow: boolean): readonly Column<SoldModel>[] => [
  {
    header: "Paid per 1M",
    hint: "What was paid for a million tokens ever, prompt and answer together: paid * 1000000 / (inboundTokens + outboundTokens) of model(hash)",
    numeric: true,
    isAmount: true,
    ...(isOfNow && { from: "lg" }),
    cell: ({ model }) => <Price units={averagePrice(model)} />,
  },
  {
    header: "Active",
    hint: `Of the executors that were paid for it, the ${MOST_COUNTED} best paid, those that hold the minimum stake now and are not in jail: executors { items { executor { active } } } of model(hash)`,
    numeric: true,
    ...(isOfNow && { from: "md" }),
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

/** Of a model that is offered now, by the hash of its name. */
type Offered = SheetContent<"models">["models"][number];

const MODEL_NAMED = (offered: ReadonlyMap<string, Offered>): Column<SoldModel> => ({
  header: "Model",
  hint: "Its name where the observer hears it offered and the name hashes to what the chain has; else keccak256 of the name, which is all that the chain has. Search finds a model by its exact name",
  cell: ({ model: { hash } }) => {
    const name = offered.get(hash)?.model;
    return name === undefined ? (
      <Identifier value={hash} what="hash of the model's name" href={`/models/${hash}`} short />
    ) : (
      <Link className="link" href={`/models/${hash}`} prefetch={false}>
        <OutsideText text={name} most={40} />
      </Link>
    );
  },
});

const observedColumns = (offered: ReadonlyMap<string, Offered>): readonly Column<SoldModel>[] => [
  {
    header: "Price now",
    hint: "Observed: what the cheapest executor that answers asks for a million prompt tokens and a million answer tokens",
    numeric: true,
    isAmount: true,
    cell: ({ model: { hash } }) => {
      const cheapest = offered.get(hash)?.cheapest ?? null;
      return cheapest === null ? <NotSeen /> : <PriceNow terms={cheapest} />;
    },
  },
  {
    header: "Up now",
    hint: "Observed: executors that offer it and answered their last call, of those with a stake that offer it",
    numeric: true,
    cell: ({ model: { hash } }) => {
      const row = offered.get(hash);
      return row === undefined ? (
        <NotSeen />
      ) : (
        <span className="whitespace-nowrap">
          <Count value={row.up} testId="model-up" />
          <span className="text-ink-faint"> of {formatCount(row.executors)}</span>
        </span>
      );
    },
  },
  {
    header: "First response",
    hint: "Observed: median over these executors, from dialling until the status came; no model runs for it, so the first token takes longer",
    numeric: true,
    from: "sm",
    cell: ({ model: { hash } }) => {
      const ms = offered.get(hash)?.firstResponseMs ?? undefined;
      if (ms === undefined) return <NotSeen />;
      return (
        <>
          <span className="whitespace-nowrap tabular-nums">{formatMs(ms)}</span>
          <ThresholdWord threshold={latencyThreshold(ms)} />
        </>
      );
    },
  },
];

/** Models that are offered and that nobody has paid for yet: they have no page. */
function Unpaid({
  offered,
  models,
}: { readonly offered: ReadonlyMap<string, Offered> } & Pick<SoldModelsProps, "models">) {
  const paid = new Set(models.map(({ model }) => model.hash as string));
  const names = [...offered].flatMap(([hash, { model }]) => (paid.has(hash) ? [] : [model]));
  if (names.length === 0) return null;
  const shown = names.slice(0, MOST_NAMED);
  return (
    <>
      {" "}
      Offered too, and not among the above:{" "}
      {shown.map((name, index) => (
        <Fragment key={name}>
          {index === 0 ? "" : ", "}
          <OutsideText text={name} most={40} />
        </Fragment>
      ))}
      {names.length > shown.length ? ` and ${formatCount(names.length - shown.length)} more` : ""}.
    </>
  );
}
const MOST_NAMED = 8;

interface SoldModelsProps {
  readonly observed: Observation<"models">;
  readonly models: readonly SoldModel[];
  readonly now: number;
}

/** What can be bought, from whom and for how much. */
export function SoldModels({ models, observed, now }: SoldModelsProps) {
  const rows = observed.state === "seen" ? observed.content.models : [];
  const offered = new Map(rows.map((row) => [hashOfName(row.model) as string, row]));
  const ofNow = observed.state === "seen" ? observedColumns(offered) : [];
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
          <DataTable
            caption="Models that were paid for, most used first"
            columns={[MODEL_NAMED(offered), ...ofNow, ...paidColumns(ofNow.length > 0), lastSettled(now)]}
            rows={models}
            rowKey={({ model }) => model.hash}
            rowTestId="model-row"
          />
        )}
        <p className="border-t border-line px-4 py-2 text-[0.8125rem] text-ink-soft">
          {observed.state === "seen" ? (
            <>
              Price now, up now and first response: <ObservedBy {...observed} now={now} />.
              <Unpaid offered={offered} models={models} />
            </>
          ) : (
            <span data-testid="unseen" data-state={observed.state}>
              {UNSEEN_WORDS[observed.state]} The executors tell it to whoever asks, as{" "}
              <code className="font-mono">lloom offers</code> does.
            </span>
          )}
        </p>
      </div>
    </Question>
  );
}

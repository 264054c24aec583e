import { gradeThreshold, type Market, priceThreshold, stakeThreshold } from "../../lib/executors/thresholds.ts";
import type { ObservedExecutor } from "../../lib/observer/executor-order.ts";
import { offeredPriceThreshold } from "../../lib/observer/words.ts";
import type { Executor } from "../../lib/rows.ts";
import { Amount } from "../figures/amount.tsx";
import { Count } from "../figures/count.tsx";
import { Identifier } from "../figures/identifier.tsx";
import { RelativeTime } from "../figures/relative-time.tsx";
import { ThresholdWord } from "../figures/threshold-word.tsx";
import { Price } from "../models/model-list-table.tsx";
import { FirstResponse, NotSeen, PriceNow, WeekUptime } from "../observed/observed-figures.tsx";
import { type Column, DataTable, type Sorting } from "../table/data-table.tsx";
import { DangerSigns } from "./danger-signs.tsx";
import { Standing } from "./standing.tsx";
import { Trust } from "./trust.tsx";

type ObservedExecutors = readonly ObservedExecutor[];

const IDENTITY: readonly Column<Executor>[] = [
  {
    header: "Executor",
    hint: "Address of the executor, and what speaks against it",
    cell: (member) => (
      <>
        <Identifier
          value={member.address}
          what="executor address"
          href={`/executors/${member.address}`}
          short
          copyable
        />
        <DangerSigns member={member} />
      </>
    ),
  },
  {
    header: "Standing",
    hint: "Active executors are registered and hold the minimum stake",
    from: "lg",
    cell: (member) => <Standing member={member} />,
  },
];

const TRUST: Column<Executor> = {
  header: "Trust",
  hint: "Of 1, with its grade: by audits, stake and conduct when something happened last that counts",
  numeric: true,
  sort: "trust",
  from: "sm",
  cell: (executor) => (
    <>
      <Trust executor={executor} />
      <ThresholdWord threshold={gradeThreshold(executor.grade)} />
    </>
  ),
};

const moneyOf = (market: Market): readonly Column<Executor>[] => [
  {
    header: "Price per 1M",
    hint: "What it was paid for a million tokens ever, prompt and answer together (averagePrice); low and high beside what the whole network paid: up to two thirds of it, and from twice on",
    numeric: true,
    isAmount: true,
    sort: "price",
    from: "sm",
    cell: ({ averagePrice }) => (
      <>
        <Price units={averagePrice ?? undefined} />
        <ThresholdWord threshold={priceThreshold(averagePrice, market)} />
      </>
    ),
  },
  {
    header: "Stake",
    hint: "Held against misbehaviour; unbonding stake not counted. Enough from the minimum on, ample from three of it",
    numeric: true,
    isAmount: true,
    sort: "stake",
    from: "md",
    cell: ({ stake }) => (
      <>
        <Amount units={stake} />
        <ThresholdWord threshold={stakeThreshold(stake, market)} />
      </>
    ),
  },
  {
    header: "Earned",
    hint: "Earned by settlements so far, withdrawn or not",
    numeric: true,
    isAmount: true,
    sort: "earned",
    cell: ({ earned }) => <Amount units={earned} aligned />,
  },
];

const WORK: readonly Column<Executor>[] = [
  {
    header: "Answers",
    hint: "Answers that it was paid for",
    numeric: true,
    sort: "answers",
    from: "sm",
    cell: ({ requests }) => <Count value={requests} />,
  },
  {
    header: "Tokens out",
    hint: "Answer tokens that it was paid for",
    numeric: true,
    sort: "tokens",
    from: "xl",
    cell: ({ outboundTokens }) => <Count value={outboundTokens} />,
  },
  {
    header: "Clients",
    hint: "Clients that paid it",
    numeric: true,
    sort: "clients",
    from: "lg",
    cell: ({ clientCount }) => <Count value={clientCount} />,
  },
];

const lastSettled = (now: number): Column<Executor> => ({
  header: "Last settled",
  hint: "Time of its newest settlement",
  numeric: true,
  sort: "last",
  from: "md",
  cell: ({ lastSettledAt }) =>
    lastSettledAt === null ? (
      <span className="text-ink-faint">never</span>
    ) : (
      <RelativeTime at={lastSettledAt} now={now} />
    ),
});

const observedColumns = (observed: ObservedExecutors): readonly Column<Executor>[] => {
  const rows = new Map(observed.map((row) => [row.executor as string, row]));
  const askedFor = (model: string) =>
    observed.flatMap(({ cheapest }) => (cheapest?.model === model ? [sumOf(cheapest)] : []));
  return [
    {
      header: "Price now",
      hint: "Observed: the cheapest of what it offers now, for a million prompt tokens and a million answer tokens; low and high beside what others ask for the same model on average: up to two thirds of it, and from twice on",
      numeric: true,
      isAmount: true,
      sort: "now",
      from: "md",
      cell: ({ address }) => {
        const cheapest = rows.get(address)?.cheapest ?? null;
        if (cheapest === null) return <NotSeen />;
        return (
          <>
            <PriceNow terms={cheapest} />
            <ThresholdWord threshold={offeredPriceThreshold(sumOf(cheapest), askedFor(cheapest.model))} />
          </>
        );
      },
    },
    {
      header: "First response",
      hint: "Observed: median of the answered calls of 24 hours, from dialling until its status came; no model runs for it. Quick up to 300 ms, slow from a second on",
      numeric: true,
      sort: "latency",
      from: "lg",
      cell: ({ address }) => <FirstResponse health={rows.get(address)?.health ?? null} />,
    },
    {
      header: "Up 7 d",
      hint: "Observed: share of the calls in seven days that it answered. Steady from 99.8 % on, unsteady below 95.8 %",
      numeric: true,
      sort: "uptime",
      cell: ({ address }) => <WeekUptime health={rows.get(address)?.health ?? null} />,
    },
  ];
};

const sumOf = ({ inboundPrice, outboundPrice }: { readonly inboundPrice: bigint; readonly outboundPrice: bigint }) =>
  inboundPrice + outboundPrice;

interface ExecutorTableProps {
  readonly executors: readonly Executor[];
  readonly sorting: Sorting;
  readonly now: number;
  /** What prices and stakes are measured by. */
  readonly market: Market;
  /** What an observer saw of them; undefined where none is heard. */
  readonly observed: ObservedExecutors | undefined;
}

/** Executors, to be ordered by any of their figures. */
export function ExecutorTable({ executors, sorting, now, market, observed }: ExecutorTableProps) {
  return (
    <DataTable
      caption="Executors"
      columns={[
        ...IDENTITY,
        TRUST,
        ...(observed === undefined ? [] : observedColumns(observed)),
        ...moneyOf(market),
        // There is no room for all of them: with what was observed, sums of work give way; the executor's page and the CSV have them.
        ...(observed === undefined ? WORK : WORK.slice(0, 1)),
        lastSettled(now),
      ]}
      rows={executors}
      rowKey={({ address }) => address}
      rowTestId="executor-row"
      sorting={sorting}
    />
  );
}

import type { BookRow } from "@lloom/protocol/observed/sheets";
import { formatCount } from "../../lib/format.ts";
import { hashOfName } from "../../lib/models/model-names.ts";
import { offeredPriceThreshold } from "../../lib/observer/words.ts";
import { Count } from "../figures/count.tsx";
import { Identifier } from "../figures/identifier.tsx";
import { OutsideText } from "../figures/outside-text.tsx";
import { ThresholdWord } from "../figures/threshold-word.tsx";
import { type Column, DataTable } from "../table/data-table.tsx";
import { AnswersNow, DayUptime, FirstResponse, PriceNow, WeekUptime } from "./observed-figures.tsx";

const sumOf = ({ offer }: BookRow): bigint => offer.inboundPrice + offer.outboundPrice;

const EXECUTOR: Column<BookRow> = {
  header: "Executor",
  hint: "Who signed the offer, and whether it answered the observer's last call",
  cell: ({ offer: { executor }, health }) => (
    <>
      <Identifier value={executor} what="executor address" href={`/executors/${executor}`} short />
      <span className="block text-[0.75rem] leading-tight">
        <AnswersNow health={health} />
      </span>
    </>
  ),
};

const MODEL: Column<BookRow> = {
  header: "Model",
  hint: "The name that the offer gives; its page is found by the name's hash, and is there once somebody has paid for it",
  cell: ({ offer: { model } }) => (
    <a className="link" href={`/models/${hashOfName(model)}`}>
      <OutsideText text={model} most={60} />
    </a>
  ),
};

const priceOf = (asked: readonly bigint[]): Column<BookRow> => ({
  header: "Price now",
  hint: "For a million prompt tokens and a million answer tokens, as the executor signed it; low and high beside what the others here ask on average: up to two thirds of it, and from twice on",
  numeric: true,
  isAmount: true,
  cell: (row) => (
    <>
      <PriceNow terms={row.offer} />
      <ThresholdWord threshold={offeredPriceThreshold(sumOf(row), asked)} />
    </>
  ),
});

const REST: readonly Column<BookRow>[] = [
  {
    header: "Context",
    hint: "Most tokens of prompt and answer together",
    numeric: true,
    from: "lg",
    cell: ({ offer }) => <span className="tabular-nums">{formatCount(offer.maxContext)}</span>,
  },
  {
    header: "Busy",
    hint: "Requests that it had when it said so last, of those that it answers at once; its own word",
    numeric: true,
    from: "md",
    cell: ({ load, capacity }) => (
      <span className="whitespace-nowrap">
        <Count value={load} />
        <span className="text-ink-faint"> of {formatCount(capacity)}</span>
      </span>
    ),
  },
  {
    header: "First response",
    hint: "Median of the answered calls of 24 hours: from dialling until the executor's status came, over a new connection. No model runs for it, and it holds for where the observer stands. Quick up to 300 ms, slow from a second on",
    numeric: true,
    from: "sm",
    cell: ({ health }) => <FirstResponse health={health} />,
  },
  {
    header: "Up 24 h",
    hint: "Share of the observer's calls in 24 hours that were answered. Steady from 99.8 % on, unsteady below 95.8 %, and no word before 20 calls",
    numeric: true,
    cell: ({ health }) => <DayUptime health={health} />,
  },
  {
    header: "Up 7 d",
    hint: "The same of seven days",
    numeric: true,
    from: "md",
    cell: ({ health }) => <WeekUptime health={health} />,
  },
];

interface BookTableProps {
  readonly offers: readonly BookRow[];
  /** What differs from row to row. */
  readonly show: "executor" | "model";
}

/** Offers as they stand now, the cheapest first, with how their executors answer. */
export function BookTable({ offers, show }: BookTableProps) {
  const asked = show === "executor" ? offers.map(sumOf) : [];
  return (
    <DataTable
      caption="Offers that stand now, the cheapest first"
      columns={[show === "executor" ? EXECUTOR : MODEL, priceOf(asked), ...REST]}
      rows={offers}
      rowKey={({ offer }) => `${offer.executor} ${offer.model}`}
      rowTestId="offer-row"
    />
  );
}

import type { BookRow } from "@lloom/protocol/observed/sheets";
import { formatQuantity } from "../../lib/format.ts";
import type { Observation } from "../../lib/observer/read-sheet.ts";
import { formatMs } from "../../lib/observer/words.ts";
import { Figure, FigureStrip } from "../figures/figure.tsx";
import { Panel } from "../layout/panel.tsx";
import { Empty } from "../states/empty.tsx";
import { BookTable } from "./book-table.tsx";
import { ObservedBy } from "./observed-by.tsx";
import { AnswersNow, DayUptime, FirstResponse, WeekUptime } from "./observed-figures.tsx";
import { UnseenNote } from "./unseen-note.tsx";
import { UptimeStrip } from "./uptime-strip.tsx";

type Health = BookRow["health"];

function HealthFigures({ health }: { readonly health: NonNullable<Health> }) {
  const { connectMs, responseMs, dayCalls, weekCalls } = health;
  return (
    <FigureStrip label="How it answers" columns={4}>
      <Figure label="Now" hint="Whether it answered the observer's last call">
        <AnswersNow health={health} />
      </Figure>
      <Figure
        label="First response"
        hint="Median of the answered calls of 24 hours, from dialling until its status came; no model runs for it, and it holds for where the observer stands"
        note={
          connectMs === null || responseMs === null
            ? undefined
            : `${formatMs(connectMs)} to connect, ${formatMs(responseMs)} to answer`
        }
      >
        <FirstResponse health={health} />
      </Figure>
      <Figure
        label="Up in 24 hours"
        hint="Share of the observer's calls that were answered"
        note={`of ${formatQuantity(dayCalls, "call")}`}
      >
        <DayUptime health={health} />
      </Figure>
      <Figure
        label="Up in 7 days"
        hint="Share of the observer's calls that were answered"
        note={`of ${formatQuantity(weekCalls, "call")}`}
      >
        <WeekUptime health={health} />
      </Figure>
    </FigureStrip>
  );
}

interface ObservedExecutorProps {
  readonly book: Observation<"book">;
  readonly uptime: Observation<"uptime">;
  /** How it answered last, also if it offers nothing any more; null where nobody knows. */
  readonly health: Health;
  readonly now: number;
}

/** What an executor offers now, how soon it answers, and whether it does. */
export function ObservedExecutor({ book, uptime, health, now }: ObservedExecutorProps) {
  if (book.state !== "seen")
    return (
      <Panel title="Offers and answers now">
        <UnseenNote state={book.state} />
      </Panel>
    );
  const { offers } = book.content;
  return (
    <Panel title="Offers and answers now" note={<ObservedBy {...book} now={now} />}>
      {health === null ? null : (
        // The panel's own edge is the strip's.
        <div className="-mx-px -mt-px">
          <HealthFigures health={health} />
        </div>
      )}
      <UptimeStrip uptime={uptime} now={now} />
      <div className="border-t border-line">
        {offers.length === 0 ? (
          <Empty title="It offers nothing now">Offers are heard within seconds of being made.</Empty>
        ) : (
          <BookTable offers={offers} show="model" />
        )}
      </div>
    </Panel>
  );
}

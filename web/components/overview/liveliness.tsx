import type { ReactNode } from "react";
import { sumOfHours } from "../../lib/figure-sources.ts";
import { formatCount } from "../../lib/format.ts";
import type { Overview } from "../../lib/indexer/overview.ts";
import { changeWords, DAY_SECONDS, twoDays } from "../../lib/overview/recent.ts";
import { Amount } from "../figures/amount.tsx";
import { Count } from "../figures/count.tsx";
import { Figure, FigureStrip } from "../figures/figure.tsx";
import { RelativeTime } from "../figures/relative-time.tsx";
import { Question } from "./question.tsx";

interface LivelinessProps {
  readonly hours: Overview["hours"];
  /** Of the newest settlement. */
  readonly lastSettledAt: number | undefined;
  readonly now: number;
  /** The chart. */
  readonly children: ReactNode;
}

/** How much was answered and paid lately, against the day before. */
export function Liveliness({ hours, lastSettledAt, now, children }: LivelinessProps) {
  const { last, before } = twoDays(hours, now);
  const after = now - DAY_SECONDS;
  return (
    <Question
      title="Is it alive?"
      note={
        lastSettledAt === undefined ? (
          "Nothing was settled yet."
        ) : (
          <>
            Last settled <RelativeTime at={lastSettledAt} now={now} />.
          </>
        )
      }
    >
      <FigureStrip label="The last 24 hours" columns={2}>
        <Figure
          label="Answers in 24 h"
          hint="Answers that settlements of the last 24 begun hours paid for"
          source={sumOfHours("Σ requests", after)}
          note={`${changeWords(last.requests, before.requests)} (${formatCount(before.requests)})`}
        >
          <Count value={last.requests} testId="alive-answers" />
        </Figure>
        <Figure
          label="Paid in 24 h"
          isAmount
          hint="Moved from clients' channels to executors' earnings by settlements of the last 24 begun hours"
          source={sumOfHours("Σ paid", after)}
          note={
            <>
              {changeWords(last.paid, before.paid)} (<Amount units={before.paid} />)
            </>
          }
        >
          <Amount units={last.paid} testId="alive-paid" />
        </Figure>
      </FigureStrip>
      {children}
    </Question>
  );
}

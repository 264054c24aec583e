import { formatCount, formatQuantity } from "../../lib/format.ts";
import type { Executor } from "../../lib/rows.ts";
import { Amount } from "../figures/amount.tsx";
import { Count } from "../figures/count.tsx";
import { Figure, FigureStrip } from "../figures/figure.tsx";

interface ExecutorFiguresProps {
  readonly executor: Executor;
}

/** An executor at work, in three figures. */
export function ExecutorFigures({ executor }: ExecutorFiguresProps) {
  const { paid, withdrawn, tailHeld, tailRefunded, requests, inboundTokens, outboundTokens, settlementCount } =
    executor;
  return (
    <FigureStrip label="Work of this executor" columns={3}>
      <Figure
        label="Earned"
        isAmount
        hint="Sum of the settlements that paid it, less what disputes hold or gave back; withdrawn or not"
        note={
          <>
            <Amount units={withdrawn} hint="Paid out to it so far" /> withdrawn
          </>
        }
      >
        <Amount units={paid - tailHeld - tailRefunded} hint="Earned by settlements so far" testId="executor-earned" />
      </Figure>
      <Figure
        label="Answers paid"
        hint="Answers that it was paid for"
        note={`in ${formatQuantity(settlementCount, "settlement")}`}
      >
        <Count value={requests} hint="Answers that it was paid for" testId="executor-answers" />
      </Figure>
      <Figure
        label="Tokens"
        hint="Prompt and answer tokens of its paid answers"
        note={`${formatCount(inboundTokens)} in, ${formatCount(outboundTokens)} out`}
      >
        <Count
          value={inboundTokens + outboundTokens}
          hint="Prompt tokens plus answer tokens"
          testId="executor-tokens"
        />
      </Figure>
    </FigureStrip>
  );
}

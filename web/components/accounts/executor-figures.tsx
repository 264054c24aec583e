import { figuresOf } from "../../lib/figure-sources.ts";
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
  const { earned, withdrawn, requests, inboundTokens, outboundTokens, settlementCount } = executor;
  const sources = figuresOf("executor", executor.address);
  return (
    <FigureStrip label="Work of this executor" columns={3}>
      <Figure
        label="Earned"
        isAmount
        hint="Sum of the settlements that paid it, less what disputes hold or gave back; withdrawn or not"
        source={sources.earned}
        note={
          <>
            <Amount units={withdrawn} /> withdrawn
          </>
        }
      >
        <Amount units={earned} testId="executor-earned" />
      </Figure>
      <Figure
        label="Answers paid"
        hint="Answers that it was paid for"
        source={sources.answers}
        note={`in ${formatQuantity(settlementCount, "settlement")}`}
      >
        <Count value={requests} testId="executor-answers" />
      </Figure>
      <Figure
        label="Tokens"
        hint="Prompt and answer tokens of its paid answers"
        source={sources.tokens}
        note={`${formatCount(inboundTokens)} in, ${formatCount(outboundTokens)} out`}
      >
        <Count value={inboundTokens + outboundTokens} testId="executor-tokens" />
      </Figure>
    </FigureStrip>
  );
}

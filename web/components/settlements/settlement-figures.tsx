import { figuresOf } from "../../lib/figure-sources.ts";
import { formatCount } from "../../lib/format.ts";
import type { SettlementRow } from "../../lib/rows.ts";
import { Amount } from "../figures/amount.tsx";
import { Count } from "../figures/count.tsx";
import { Figure, FigureStrip } from "../figures/figure.tsx";

interface SettlementFiguresProps {
  readonly settlement: SettlementRow;
}

const MILLION = 1_000_000n;

/** A settlement in four figures. */
export function SettlementFigures({ settlement }: SettlementFiguresProps) {
  const { paid, requests, inboundTokens, outboundTokens, unpaid } = settlement;
  const sources = figuresOf("settlement", settlement.id);
  const tokens = inboundTokens + outboundTokens;
  return (
    <FigureStrip label="This settlement" columns={4}>
      <Figure
        label="Paid"
        isAmount
        hint="Moved from the client's channel to the executor's earnings: the acknowledged part and the last answer"
        source={sources.paid}
      >
        <Amount units={paid} testId="settlement-amount" />
      </Figure>
      <Figure
        label="Answers"
        hint="Answers that this settlement pays for: how far it moves the lane's nonce"
        source={sources.answers}
      >
        <Count value={requests} testId="settlement-answers" />
      </Figure>
      <Figure
        label="Tokens"
        hint="Prompt and answer tokens that it adds"
        source={sources.tokens}
        note={`${formatCount(inboundTokens)} in, ${formatCount(outboundTokens)} out`}
      >
        <Count value={tokens} testId="settlement-tokens" />
      </Figure>
      <Figure
        label="Average price"
        isAmount
        hint="Owed divided by all tokens, per million, rounded down; the agreed prices for prompt and answer tokens differ"
        source={sources.averagePrice}
        note="per million tokens"
      >
        {tokens === 0n ? (
          <span className="text-ink-faint">none</span>
        ) : (
          <Amount units={((paid + unpaid) * MILLION) / tokens} />
        )}
      </Figure>
    </FigureStrip>
  );
}

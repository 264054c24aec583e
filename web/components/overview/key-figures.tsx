import { figuresOf } from "../../lib/figure-sources.ts";
import { formatCount, formatQuantity } from "../../lib/format.ts";
import type { Network } from "../../lib/rows.ts";
import { Amount } from "../figures/amount.tsx";
import { Count } from "../figures/count.tsx";
import { Figure, FigureStrip } from "../figures/figure.tsx";

const SOURCES = figuresOf("network", "lloom");

interface KeyFiguresProps {
  readonly network: Network;
}

function WorkFigures({ network }: KeyFiguresProps) {
  const { requests, inboundTokens, outboundTokens, paid, settlementCount } = network;
  return (
    <>
      <Figure
        label="Answers paid"
        hint="Answers that settlements on chain have paid for"
        source={SOURCES.answers}
        note={`in ${formatQuantity(settlementCount, "settlement")}`}
      >
        <Count value={requests} testId="figure-answers" />
      </Figure>
      <Figure
        label="Tokens"
        hint="Prompt and answer tokens of all paid answers"
        source={SOURCES.tokens}
        note={`${formatCount(inboundTokens)} in, ${formatCount(outboundTokens)} out`}
      >
        <Count value={inboundTokens + outboundTokens} testId="figure-tokens" />
      </Figure>
      <Figure
        label="Paid"
        isAmount
        hint="Moved from clients' channels to executors' earnings by settlements"
        source={SOURCES.paid}
      >
        <Amount units={paid} testId="figure-paid" />
      </Figure>
    </>
  );
}

/** The network in six figures. */
export function KeyFigures({ network }: KeyFiguresProps) {
  const { executorCount, activeValidatorCount, activeExecutorCount, jailedCount, clientCount, channelCount, staked } =
    network;
  return (
    <FigureStrip label="Totals of the network" columns={6}>
      <WorkFigures network={network} />
      <Figure
        label="Executors"
        hint="Whoever was ever registered, paid or judged as an executor; active ones hold the minimum stake now and are not in jail"
        source={SOURCES.executors}
        note={`${formatCount(activeExecutorCount)} active${jailedCount === 0 ? "" : `, ${formatQuantity(jailedCount, "member")} in jail`}`}
      >
        <Count value={executorCount} testId="figure-executors" />
      </Figure>
      <Figure
        label="Clients"
        hint="Accounts that ever deposited or paid"
        source={SOURCES.clients}
        note={formatQuantity(channelCount, "channel")}
      >
        <Count value={clientCount} testId="figure-clients" />
      </Figure>
      <Figure
        label="Stake"
        isAmount
        hint="Held by executors and validators against misbehaviour; unbonding stake not counted"
        source={SOURCES.stake}
        note={`${formatQuantity(activeExecutorCount, "active executor")}, ${formatQuantity(activeValidatorCount, "active validator")}`}
      >
        <Amount units={staked} testId="figure-stake" />
      </Figure>
    </FigureStrip>
  );
}

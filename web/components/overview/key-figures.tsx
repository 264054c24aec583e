import type { ReactNode } from "react";
import { figuresOf } from "../../lib/figure-sources.ts";
import { formatCount, formatQuantity } from "../../lib/format.ts";
import type { Overview } from "../../lib/indexer/overview.ts";
import type { Network } from "../../lib/rows.ts";
import { Amount } from "../figures/amount.tsx";
import { Count } from "../figures/count.tsx";
import { Figure, FigureStrip } from "../figures/figure.tsx";

const DAY_SECONDS = 86_400;
const SOURCES = figuresOf("network", "lloom");

interface KeyFiguresProps {
  readonly network: Network;
  readonly hours: Overview["hours"];
  readonly now: number;
}

/** What the last 24 whole or begun hours added. */
function lastDay(hours: Overview["hours"], now: number) {
  return hours
    .filter(({ hour }) => hour > now - DAY_SECONDS)
    .reduce((sum, row) => ({ requests: sum.requests + row.requests, paid: sum.paid + row.paid }), {
      requests: 0n,
      paid: 0n,
    });
}

function WorkFigures({ network, hours, now }: KeyFiguresProps) {
  const recent = lastDay(hours, now);
  const { requests, inboundTokens, outboundTokens, paid } = network;
  const change = (text: ReactNode) => <>{text} in 24 h</>;
  return (
    <>
      <Figure
        label="Answers paid"
        hint="Answers that settlements on chain have paid for; below, what the last 24 hours added"
        source={SOURCES.answers}
        note={change(<>+{formatCount(recent.requests)}</>)}
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
        hint="Moved from clients' channels to executors' earnings by settlements; below, what the last 24 hours added"
        source={SOURCES.paid}
        note={change(
          <>
            +<Amount units={recent.paid} />
          </>,
        )}
      >
        <Amount units={paid} testId="figure-paid" />
      </Figure>
    </>
  );
}

/** The network in six figures. */
export function KeyFigures({ network, hours, now }: KeyFiguresProps) {
  const { executorCount, activeValidatorCount, activeExecutorCount, jailedCount, clientCount, channelCount, staked } =
    network;
  return (
    <FigureStrip label="Totals of the network" columns={6}>
      <WorkFigures network={network} hours={hours} now={now} />
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

import type { ReactNode } from "react";
import { formatCount, formatQuantity } from "../../lib/format.ts";
import type { Overview } from "../../lib/indexer/overview.ts";
import type { Network } from "../../lib/rows.ts";
import { Amount } from "../figures/amount.tsx";
import { Count } from "../figures/count.tsx";
import { Figure, FigureStrip } from "../figures/figure.tsx";

const DAY_SECONDS = 86_400;

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
  const change = (text: ReactNode) => <span title="Added in the last 24 hours">{text} in 24 h</span>;
  return (
    <>
      <Figure
        label="Answers paid"
        hint="Answers that settlements on chain have paid for"
        note={change(<>+{formatCount(recent.requests)}</>)}
      >
        <Count value={requests} hint="Sum of the answers of all settlements" testId="figure-answers" />
      </Figure>
      <Figure
        label="Tokens"
        hint="Prompt and answer tokens of all paid answers"
        note={`${formatCount(inboundTokens)} in, ${formatCount(outboundTokens)} out`}
      >
        <Count
          value={inboundTokens + outboundTokens}
          hint="Prompt tokens plus answer tokens of all settlements"
          testId="figure-tokens"
        />
      </Figure>
      <Figure
        label="Paid"
        isAmount
        hint="Moved from clients' channels to executors' earnings by settlements"
        note={change(
          <>
            +<Amount units={recent.paid} hint="Paid in the last 24 hours" />
          </>,
        )}
      >
        <Amount units={paid} hint="Sum of all settlements" testId="figure-paid" />
      </Figure>
    </>
  );
}

/** The network in six figures. */
export function KeyFigures({ network, hours, now }: KeyFiguresProps) {
  const { executorCount, validatorCount, activeExecutorCount, jailedCount, clientCount, channelCount, staked } =
    network;
  return (
    <FigureStrip label="Totals of the network" columns={6}>
      <WorkFigures network={network} hours={hours} now={now} />
      <Figure
        label="Executors"
        hint="Members that answer for pay; active ones hold the minimum stake"
        note={`${formatCount(activeExecutorCount)} active${jailedCount === 0 ? "" : `, ${formatQuantity(jailedCount, "member")} in jail`}`}
      >
        <Count value={executorCount} hint="Executors ever registered or paid" testId="figure-executors" />
      </Figure>
      <Figure label="Clients" hint="Accounts that pay for answers" note={formatQuantity(channelCount, "channel")}>
        <Count value={clientCount} hint="Accounts that ever deposited or paid" testId="figure-clients" />
      </Figure>
      <Figure
        label="Stake"
        isAmount
        hint="Held by executors and validators against misbehaviour"
        note={`by ${formatQuantity(executorCount + validatorCount, "member")}`}
      >
        <Amount units={staked} hint="Active stake of all members" testId="figure-stake" />
      </Figure>
    </FigureStrip>
  );
}

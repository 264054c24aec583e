import { figuresOf, sumOfDays } from "../../lib/figure-sources.ts";
import { formatCount, formatQuantity } from "../../lib/format.ts";
import { firstDayOf, HONESTY_DAYS } from "../../lib/overview/recent.ts";
import type { Network, NetworkDay } from "../../lib/rows.ts";
import { Amount } from "../figures/amount.tsx";
import { Count } from "../figures/count.tsx";
import { Figure, FigureStrip } from "../figures/figure.tsx";
import { Question } from "./question.tsx";

type CountName = "auditsPassed" | "auditsFailed" | "auditsUnanswered" | "auditsInconclusive";

interface HonestyProps {
  readonly network: Network;
  readonly days: readonly NetworkDay[];
  readonly now: number;
}

const SOURCES = figuresOf("network", "lloom");

/** What validators and judges found out lately. */
export function Honesty({ network, days, now }: HonestyProps) {
  const from = firstDayOf(HONESTY_DAYS, now);
  const lately = days.filter(({ day }) => day >= from);
  const count = (name: CountName): number => lately.reduce((sum, day) => sum + day[name], 0);
  const slashed = lately.reduce((sum, day) => sum + day.slashed, 0n);
  const opened = lately.reduce((sum, day) => sum + day.deliveryDisputeCount + day.measuredDisputeCount, 0);
  const proven = lately.reduce((sum, day) => sum + day.faultProofCount, 0);
  const [passed, failed, unanswered] = [count("auditsPassed"), count("auditsFailed"), count("auditsUnanswered")];
  return (
    <Question
      title="Is it honest?"
      note={`What validators and judges found out in ${HONESTY_DAYS} days, today among them.`}
    >
      <FigureStrip label={`Honesty in ${HONESTY_DAYS} days`} columns={4}>
        <Figure
          label="Audits passed"
          hint="Canary requests of validators that nobody chose, answered as the offered model would"
          source={sumOfDays("Σ auditsPassed", from)}
          note={`${formatCount(failed)} failed, ${formatCount(unanswered)} unanswered`}
        >
          <Count value={passed} testId="honesty-passed" />
        </Figure>
        <Figure
          label="Disputes open"
          hint="Delivery and measured disputes that are not decided now; below, those that were opened in this time"
          source={SOURCES.openDisputes}
          note={`${formatCount(opened)} opened, ${formatQuantity(proven, "proven fault")}`}
        >
          <Count value={network.openDisputeCount} testId="honesty-open" />
        </Figure>
        <Figure
          label="Slashed"
          isAmount
          hint="Stake that members lost by disputes and proofs"
          source={sumOfDays("Σ slashed", from)}
          note={slashed === 0n ? "nobody lost stake" : "restored, shared out or kept by the treasury"}
        >
          <Amount units={slashed} testId="honesty-slashed" />
        </Figure>
        <Figure
          label="In jail"
          hint="Executors and validators whose stake covers nothing until they ask to be let out"
          source={SOURCES.jailed}
          note={`of ${formatCount(network.executorCount + network.validatorCount)} members ever`}
        >
          <Count value={network.jailedCount} testId="honesty-jailed" />
        </Figure>
      </FigureStrip>
    </Question>
  );
}

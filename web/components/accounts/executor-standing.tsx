import type { StrikeRow } from "../../lib/dispute-rows.ts";
import { OFFENCE_WORDS } from "../../lib/disputes/words.ts";
import { formatCount, formatHalves } from "../../lib/format.ts";
import type { Executor } from "../../lib/rows.ts";
import { Amount } from "../figures/amount.tsx";
import { Count } from "../figures/count.tsx";
import { Figure, FigureStrip } from "../figures/figure.tsx";
import { RelativeTime } from "../figures/relative-time.tsx";
import { Release } from "./release.tsx";
import { Standing } from "./standing.tsx";

interface ExecutorStandingProps {
  readonly executor: Executor;
  /** The newest one. */
  readonly strike: StrikeRow | undefined;
  /** The chain's clock. */
  readonly now: number;
}

/** Whether it can be trusted with a question, in six figures; what it earned comes after. */
export function ExecutorStanding({ executor, strike, now }: ExecutorStandingProps) {
  const { stake, frozen, slashed, slashCount, disputesLost, openDisputeCount, jailedUntil } = executor;
  return (
    <FigureStrip label="Standing of this executor" columns={6}>
      <Figure
        label="Standing"
        hint="Whether it is registered, holds the minimum stake of its role, and is not in jail"
        note={jailedUntil === null ? undefined : <Release jailedUntil={jailedUntil} now={now} />}
      >
        <Standing member={executor} />
      </Figure>
      <Figure
        label="Stake"
        isAmount
        hint="Held against misbehaviour; unbonding stake not counted"
        note={
          <>
            <Amount units={frozen} testId="executor-at-risk" /> at risk
          </>
        }
      >
        <Amount units={stake} testId="executor-stake" />
      </Figure>
      <Figure
        label="Disputes lost"
        hint="Upheld, conceded, not answered in time, or proven by its own signatures; ever"
        note={`${formatCount(openDisputeCount)} open now`}
      >
        <Count value={disputesLost} testId="executor-disputes-lost" />
      </Figure>
      <Figure
        label="Strikes"
        hint="As many as counted when it got the last one; old ones stop counting. The third brings jail"
        note={
          strike === undefined ? (
            "none ever"
          ) : (
            <>
              {OFFENCE_WORDS[strike.offence].kind.toLowerCase()}, <RelativeTime at={strike.timestamp} now={now} />
            </>
          )
        }
      >
        <span data-testid="executor-strikes" data-value={(strike?.count ?? 0n).toString()}>
          {formatHalves(strike?.count ?? 0n)}
        </span>
      </Figure>
      <Figure
        label="Audits passed"
        hint="What validators that nobody chose found out about it, by canary requests"
        note={`${formatCount(executor.auditsFailed)} failed, ${formatCount(executor.auditsUnanswered)} unanswered`}
      >
        <Count value={executor.auditsPassed} testId="executor-audits-passed" />
      </Figure>
      <Figure
        label="Slashed"
        isAmount
        hint="Stake that it lost by disputes, ever"
        note={slashCount === 1 ? "once" : `${formatCount(slashCount)} times`}
      >
        <Amount units={slashed} testId="executor-slashed" />
      </Figure>
    </FigureStrip>
  );
}

import type { ReactNode } from "react";
import type { Dispute } from "../../lib/dispute-rows.ts";
import { formatMoment } from "../../lib/format.ts";
import { Amount } from "../figures/amount.tsx";
import { Deadline } from "../figures/deadline.tsx";
import { Figure, FigureStrip } from "../figures/figure.tsx";
import { DisputeSign } from "./dispute-sign.tsx";

function When({ dispute: { until, closedAt }, now }: { readonly dispute: Dispute; readonly now: number }) {
  if (closedAt !== null) return <span className="text-[1rem]">{formatMoment(closedAt)}</span>;
  if (until === null) return <span className="text-ink-faint">none yet</span>;
  return <Deadline until={until} now={now} testId="dispute-deadline" />;
}

interface DisputeFiguresProps {
  readonly dispute: Dispute;
  /** The chain's clock. */
  readonly now: number;
  /** What was posted to be heard; a proof of signatures needs nothing. */
  readonly bond: ReactNode;
}

/** A dispute in four figures. */
export function DisputeFigures({ dispute, now, bond }: DisputeFiguresProps) {
  const isOpen = dispute.closedAt === null;
  return (
    <FigureStrip label="This dispute" columns={4}>
      <Figure label="State" hint="What it waits for, or how it ended">
        <DisputeSign state={dispute.state} testId="dispute-state" />
      </Figure>
      <Figure label={isOpen ? "Next deadline" : "Ended"} hint="By the chain's clock">
        <When dispute={dispute} now={now} />
      </Figure>
      <Figure label="At stake" isAmount hint="Most that the executor could lose when it was opened, pay and stake">
        <Amount units={dispute.atStake} testId="dispute-at-stake" />
      </Figure>
      <Figure label="Bond" hint="Posted by who opened it: it pays for the work, and is lost by who accuses falsely">
        {bond}
      </Figure>
    </FigureStrip>
  );
}

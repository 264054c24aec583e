import { figuresOf } from "../../lib/figure-sources.ts";
import { formatCount, formatQuantity } from "../../lib/format.ts";
import type { Validator } from "../../lib/rows.ts";
import { Amount } from "../figures/amount.tsx";
import { Count } from "../figures/count.tsx";
import { Figure, FigureStrip } from "../figures/figure.tsx";
import { Standing } from "./standing.tsx";

/** A validator in six figures. */
export function ValidatorFigures({ validator }: { readonly validator: Validator }) {
  const { stake, frozen, slashed, auditCount, auditsFailed, auditReportCount, seatCount, voteCount, fineCount } =
    validator;
  const sources = figuresOf("validator", validator.address);
  return (
    <FigureStrip label="Standing and work of this validator" columns={6}>
      <Figure label="Standing" hint="Whether it is registered, holds the minimum stake of its role, and is not in jail">
        <Standing member={validator} />
      </Figure>
      <Figure
        label="Stake"
        isAmount
        hint="Held against misbehaviour; unbonding stake not counted"
        source={sources.stake}
        note={
          <>
            <Amount units={frozen} /> at risk
          </>
        }
      >
        <Amount units={stake} testId="validator-stake" />
      </Figure>
      <Figure
        label="Audits done"
        hint="Executors that it reported on, once for each epoch"
        source={sources.audits}
        note={`in ${formatQuantity(auditReportCount, "report")}, ${formatCount(auditsFailed)} failed`}
      >
        <Count value={auditCount} testId="validator-audits" />
      </Figure>
      <Figure
        label="Juries served"
        hint="Panels that it was drawn for"
        source={sources.juries}
        note={validator.enlistedAt === null ? "not on the list of jurors" : "can be drawn"}
      >
        <Count value={seatCount} testId="validator-seats" />
      </Figure>
      <Figure
        label="Votes revealed"
        hint="Of its seats; the others it missed, or has not come to yet"
        source={sources.votes}
        note={`of ${formatQuantity(seatCount, "seat")}`}
      >
        <Count value={voteCount} testId="validator-votes" />
      </Figure>
      <Figure
        label="Fines"
        hint="For not coming, not revealing, or the opposite of what was found"
        source={sources.fines}
        note={
          <>
            <Amount units={slashed} /> slashed
          </>
        }
      >
        <Count value={fineCount} testId="validator-fines" />
      </Figure>
    </FigureStrip>
  );
}

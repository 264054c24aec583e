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
  return (
    <FigureStrip label="Standing and work of this validator" columns={6}>
      <Figure label="Standing" hint="Whether it is registered, holds the minimum stake of its role, and is not in jail">
        <Standing member={validator} />
      </Figure>
      <Figure
        label="Stake"
        isAmount
        hint="Held against misbehaviour; unbonding stake not counted"
        note={
          <>
            <Amount units={frozen} hint="Stake that open disputes keep from being withdrawn" /> at risk
          </>
        }
      >
        <Amount units={stake} hint="Active stake" testId="validator-stake" />
      </Figure>
      <Figure
        label="Audits done"
        hint="Executors that it reported on, once for each epoch"
        note={`in ${formatQuantity(auditReportCount, "report")}, ${formatCount(auditsFailed)} failed`}
      >
        <Count value={auditCount} hint="Rows of its reports" testId="validator-audits" />
      </Figure>
      <Figure
        label="Juries served"
        hint="Panels that it was drawn for"
        note={validator.enlistedAt === null ? "not on the list of jurors" : "can be drawn"}
      >
        <Count value={seatCount} hint="Seats on panels" testId="validator-seats" />
      </Figure>
      <Figure
        label="Votes revealed"
        hint="Of its seats; the others it missed, or has not come to yet"
        note={`of ${formatQuantity(seatCount, "seat")}`}
      >
        <Count value={voteCount} hint="Votes revealed" testId="validator-votes" />
      </Figure>
      <Figure
        label="Fines"
        hint="For not coming, not revealing, or the opposite of what was found"
        note={
          <>
            <Amount units={slashed} hint="Stake that it lost ever" /> slashed
          </>
        }
      >
        <Count value={fineCount} hint="Fines as a juror" testId="validator-fines" />
      </Figure>
    </FigureStrip>
  );
}

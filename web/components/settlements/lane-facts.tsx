import { formatMoment, formatQuantity, shortHex } from "../../lib/format.ts";
import type { LaneNeighbours } from "../../lib/indexer/settlements.ts";
import { maturesAt } from "../../lib/movements/maturity.ts";
import type { SettlementRow } from "../../lib/rows.ts";
import { Amount } from "../figures/amount.tsx";
import { Fact, Facts } from "../figures/facts.tsx";
import { Identifier } from "../figures/identifier.tsx";

const Neighbour = ({ row, none }: { readonly row: SettlementRow | undefined; readonly none: string }) =>
  row === undefined ? (
    <span className="text-ink-faint">{none}</span>
  ) : (
    <>
      <Identifier value={shortHex(row.id)} what="settlement" href={`/settlements/${row.id}`} />{" "}
      <span className="text-ink-faint">
        up to answer {String(row.nonce)}, {formatQuantity(row.requests, "answer")}, {formatMoment(row.timestamp)}
      </span>
    </>
  );

interface LaneFactsProps {
  readonly settlement: SettlementRow;
  readonly neighbours: LaneNeighbours | undefined;
  /** The chain's clock. */
  readonly now: number;
}

/** When its last answer matures, and what stands beside it in its lane. */
export function LaneFacts({ settlement, neighbours, now }: LaneFactsProps) {
  const at = maturesAt(settlement);
  return (
    <Facts>
      <Fact
        label="Last answer"
        hint="Paid, and not acknowledged when it was settled: a dispute can take it back until it matures, when the day after its own ends"
      >
        {settlement.tailPaid === 0n ? (
          "nothing was paid for it"
        ) : (
          <span data-testid="settlement-matures" data-value={at}>
            <Amount units={settlement.tailPaid} withSymbol /> {at > now ? "matures" : "matured"} {formatMoment(at)}
          </span>
        )}
      </Fact>
      <Fact label="Before it" hint="The settlement of this lane before it">
        <Neighbour row={neighbours?.before} none="none: it is the first of its lane" />
      </Fact>
      <Fact label="After it" hint="The settlement of this lane after it; it acknowledges the answers of this one">
        <Neighbour row={neighbours?.after} none="none so far" />
      </Fact>
    </Facts>
  );
}

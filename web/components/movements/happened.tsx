import type { Happened } from "../../lib/indexer/blocks.ts";
import { MoveList } from "../disputes/move-list.tsx";
import { Panel } from "../layout/panel.tsx";
import { RejectionTable } from "../settlements/rejection-table.tsx";
import { SettlementTable } from "../settlements/settlement-table.tsx";
import { Empty } from "../states/empty.tsx";
import { MovementTable } from "./movement-table.tsx";

interface HappenedPanelsProps {
  readonly happened: Happened;
  readonly now: number;
  /** Of what: "this one transaction". */
  readonly by: string;
  readonly without: "transaction" | "block";
}

/** What happened in a block or a transaction, kind by kind. */
export function HappenedPanels({ happened, now, by, without }: HappenedPanelsProps) {
  const { settlements, rejections, moves, disputes, movements } = happened;
  const proven = disputes.filter(({ state }) => state === "PROVEN");
  return (
    <>
      {moves.length + proven.length === 0 ? null : (
        <Panel title="Disputes" note={`what happened in them by ${by}`}>
          <MoveList moves={moves} proven={proven} />
        </Panel>
      )}
      {settlements.length + rejections.length === 0 ? null : (
        <Panel title="Settlements" note={`paid by ${by}`}>
          {settlements.length === 0 ? (
            <Empty title="None">Every pair of this batch was skipped.</Empty>
          ) : (
            <SettlementTable caption={`Settlements of ${by}`} settlements={settlements} now={now} compact />
          )}
        </Panel>
      )}
      {rejections.length === 0 ? null : (
        <Panel title="Skipped pairs" note="not accepted by the contract; nothing was paid for them">
          <RejectionTable rejections={rejections} />
        </Panel>
      )}
      {movements.length === 0 ? null : (
        <Panel title="Money that moved" note="besides settlements">
          <MovementTable caption={`Movements of money by ${by}`} movements={movements} now={now} without={without} />
        </Panel>
      )}
    </>
  );
}

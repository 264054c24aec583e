import Link from "next/link";
import type { Dispute } from "../../lib/dispute-rows.ts";
import { hrefWith } from "../../lib/list-query.ts";
import { Panel } from "../layout/panel.tsx";
import { Empty } from "../states/empty.tsx";
import { DisputeTable } from "./dispute-table.tsx";

interface AccountDisputesProps {
  readonly party: "executor" | "client";
  readonly address: string;
  /** The first ones: open ones by their next deadline, then the newest. */
  readonly disputes: readonly Dispute[];
  /** The chain's clock. */
  readonly now: number;
}

/** Disputes of one account, with the way to all of them. */
export function AccountDisputes({ party, address, disputes, now }: AccountDisputesProps) {
  const all = (
    <Link className="link" href={hrefWith("/disputes", { [party]: address })} prefetch={false}>
      All of them
    </Link>
  );
  return (
    <Panel
      title={party === "executor" ? "Disputes against it" : "Disputes that it opened"}
      actions={disputes.length === 0 ? undefined : all}
    >
      {disputes.length === 0 ? (
        <Empty title="No disputes">{party === "executor" ? "Nobody accused it." : "It accused nobody."}</Empty>
      ) : (
        <DisputeTable caption="Disputes of this account" disputes={disputes} now={now} without={party} />
      )}
    </Panel>
  );
}

import Link from "next/link";
import { hrefWith } from "../../lib/list-query.ts";
import type { SettlementRow } from "../../lib/rows.ts";
import { Panel } from "../layout/panel.tsx";
import { Empty } from "../states/empty.tsx";
import { CsvLink } from "../table/csv-link.tsx";
import { type Party, SettlementTable } from "./settlement-table.tsx";

interface AccountSettlementsProps {
  readonly party: Party;
  readonly address: string;
  /** The newest ones. */
  readonly settlements: readonly SettlementRow[];
  readonly now: number;
}

/** The newest settlements of one account, with the way to all of them. */
export function AccountSettlements({ party, address, settlements, now }: AccountSettlementsProps) {
  const actions = (
    <>
      <Link className="link" href={hrefWith("/settlements", { [party]: address })} prefetch={false}>
        All of them
      </Link>
      <CsvLink table="settlements" params={{ [party]: address }} />
    </>
  );
  return (
    <Panel title="Latest settlements" actions={settlements.length === 0 ? undefined : actions}>
      {settlements.length === 0 ? (
        <Empty title="No settlements yet">Nothing was settled with this account so far.</Empty>
      ) : (
        <SettlementTable
          caption={`Newest settlements of this ${party}`}
          settlements={settlements}
          now={now}
          without={party}
        />
      )}
    </Panel>
  );
}

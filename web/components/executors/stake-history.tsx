import type { Slashing } from "../../lib/dispute-rows.ts";
import { OFFENCE_WORDS } from "../../lib/disputes/words.ts";
import { STAKE_WORDS } from "../../lib/executors/stake-words.ts";
import type { StakeMovement } from "../../lib/rows.ts";
import { Amount } from "../figures/amount.tsx";
import { Identifier } from "../figures/identifier.tsx";
import { RelativeTime } from "../figures/relative-time.tsx";
import { Panel } from "../layout/panel.tsx";
import { Empty } from "../states/empty.tsx";
import { type Column, DataTable } from "../table/data-table.tsx";

const whenColumn = <T extends { readonly timestamp: number }>(now: number): Column<T> => ({
  header: "When",
  hint: "Time of the block",
  cell: ({ timestamp }) => <RelativeTime at={timestamp} now={now} />,
});

const TRANSACTION: Column<{ readonly transactionHash: string }> = {
  header: "Transaction",
  hint: "Transaction in which it happened",
  from: "lg",
  cell: ({ transactionHash }) => (
    <Identifier value={transactionHash} what="transaction hash" href={`/tx/${transactionHash}`} short copyable />
  ),
};

const MOVES: readonly Column<StakeMovement>[] = [
  { header: "What", hint: "What happened to its stake", cell: ({ kind }) => STAKE_WORDS[kind] },
  {
    header: "Amount",
    hint: "Stake that moved",
    numeric: true,
    isAmount: true,
    cell: ({ amount }) => <Amount units={amount} />,
  },
  {
    header: "Stake then",
    hint: "Active stake afterwards",
    numeric: true,
    isAmount: true,
    from: "sm",
    cell: ({ stake }) => <Amount units={stake} />,
  },
];

const SLASHES: readonly Column<Slashing>[] = [
  { header: "For", hint: "What it was slashed for", cell: ({ offence }) => OFFENCE_WORDS[offence].kind },
  {
    header: "Taken",
    hint: "Stake that it lost",
    numeric: true,
    isAmount: true,
    cell: ({ taken }) => <Amount units={taken} />,
  },
  {
    header: "To victims",
    hint: "Of that, what made good for costs or went to the client",
    numeric: true,
    isAmount: true,
    from: "sm",
    cell: ({ restituted, toVictim }) => <Amount units={restituted + toVictim} />,
  },
];

interface StakeHistoryProps {
  readonly movements: readonly StakeMovement[];
  readonly slashings: readonly Slashing[];
  readonly now: number;
}

/** How its stake came to be what it is. */
export function StakeHistory({ movements, slashings, now }: StakeHistoryProps) {
  return (
    <div className="grid items-start gap-5 xl:grid-cols-2">
      <Panel title="Stake movements" note="the newest 20">
        {movements.length === 0 ? (
          <Empty title="No stake yet">It was paid or judged without having registered.</Empty>
        ) : (
          <DataTable
            caption="Movements of its stake, the newest first"
            columns={[whenColumn<StakeMovement>(now), ...MOVES, TRANSACTION]}
            rows={movements}
            rowKey={({ id }) => id}
            rowTestId="stake-row"
          />
        )}
      </Panel>
      <Panel title="Slashes" note="the newest 20">
        {slashings.length === 0 ? (
          <Empty title="Never slashed">It lost no stake by disputes or proofs.</Empty>
        ) : (
          <DataTable
            caption="Slashes, the newest first"
            columns={[whenColumn<Slashing>(now), ...SLASHES, TRANSACTION]}
            rows={slashings}
            rowKey={({ transactionHash, taken, timestamp }) => `${transactionHash}${taken}${timestamp}`}
          />
        )}
      </Panel>
    </div>
  );
}

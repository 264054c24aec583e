import type { Transfer } from "../../lib/disputes/transfers.ts";
import { Amount } from "../figures/amount.tsx";
import { Ether } from "../figures/ether.tsx";

interface TransfersProps {
  readonly transfers: readonly Transfer[];
  readonly testId?: string;
}

/** Money that changes hands: what, from whom, to whom, how much. */
export function Transfers({ transfers, testId }: TransfersProps) {
  if (transfers.length === 0) return <p className="px-4 py-3 text-ink-soft">No money moves.</p>;
  return (
    <ul className="divide-y divide-line" data-testid={testId}>
      {transfers.map(({ what, from, to, units, unit, isLimit }) => (
        <li
          key={`${what}${from}${to}`}
          className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-0.5 px-4 py-2"
          data-testid="transfer"
          data-to={to}
          data-value={units.toString()}
        >
          <span className="min-w-0">
            {what}
            <span className="block text-[0.8125rem] text-ink-faint">
              {from} <span aria-hidden="true">→</span>
              <span className="sr-only"> to </span> {to}
            </span>
          </span>
          <span className="ml-auto text-right">
            {isLimit ? <span className="text-ink-faint">at most </span> : null}
            {unit === "ether" ? <Ether wei={units} hint={what} /> : <Amount units={units} withSymbol />}
          </span>
        </li>
      ))}
    </ul>
  );
}

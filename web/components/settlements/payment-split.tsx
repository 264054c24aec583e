import type { SettlementRow } from "../../lib/rows.ts";
import { Amount } from "../figures/amount.tsx";

const STEPS = 1_000n;

const percentOf = (part: bigint, whole: bigint): number => (whole === 0n ? 0 : Number((part * STEPS) / whole) / 10);

const PARTS = [
  {
    key: "acknowledgedPaid",
    name: "Acknowledged",
    hint: "Paid for answers that the client acknowledged; the executor can withdraw it at once",
    color: "bg-weld",
  },
  {
    key: "tailPaid",
    name: "Last answer",
    hint: "Paid for the last answer, which the client has not acknowledged yet; matures in 24 to 48 hours",
    color: "bg-weld/45",
  },
  {
    key: "unpaid",
    name: "Still owed",
    hint: "Owed by this settlement but not covered by the channel or the executor's stake; can be submitted again",
    color: "bg-madder",
  },
] as const;

/** What a settlement moved, in its parts. */
export function PaymentSplit({ settlement }: { readonly settlement: SettlementRow }) {
  const owed = settlement.paid + settlement.unpaid;
  const parts = PARTS.filter(({ key }) => key !== "unpaid" || settlement.unpaid > 0n);
  return (
    <div className="px-4 py-4">
      <div className="flex h-2.5 gap-px overflow-hidden rounded-sm bg-raised" aria-hidden="true">
        {parts.map(({ key, color }) => (
          <span key={key} className={color} style={{ width: `${percentOf(settlement[key], owed)}%` }} />
        ))}
      </div>
      <dl className="mt-3 grid gap-x-8 gap-y-3 sm:grid-cols-3">
        {parts.map(({ key, name, hint, color }) => (
          <div key={key} title={hint}>
            <dt className="flex items-center gap-2 text-[0.8125rem] text-ink-soft">
              <span className={`size-2 rounded-[2px] ${color}`} aria-hidden="true" />
              {name}
            </dt>
            <dd className="mt-0.5">
              <Amount units={settlement[key]} withSymbol testId={`settlement-${key}`} />
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

import type { TokenUnit } from "@lloom/protocol/amounts";
import { formatMoment, formatMoney } from "../../lib/format.ts";

/** A sum of money of an account, with what holds it back. */
export interface Sum {
  readonly what: string;
  readonly units: bigint;
  /** Why it is not free, or since when. */
  readonly note?: string | undefined;
}

const until = (seconds: bigint | number | null, now: bigint): string | undefined =>
  seconds === null || BigInt(seconds) === 0n
    ? undefined
    : BigInt(seconds) > now
      ? `until ${formatMoment(Number(seconds))}`
      : "free: finish it";

/** What holds money back until a time, by the chain's clock. */
export const lockNote = until;

/** Where the money of an account is. */
export function SumsTable({
  caption,
  sums,
  token,
}: {
  readonly caption: string;
  readonly sums: readonly Sum[];
  readonly token: TokenUnit;
}) {
  return (
    <table className="w-full text-[0.9375rem]">
      <caption className="sr-only">{caption}</caption>
      <thead className="sr-only">
        <tr>
          <th scope="col">Where</th>
          <th scope="col">How much</th>
        </tr>
      </thead>
      <tbody className="divide-y divide-line">
        {sums.map(({ what, units, note }) => (
          <tr key={what}>
            <th scope="row" className="py-1.5 pr-2 pl-4 text-left font-normal text-ink-soft [overflow-wrap:anywhere]">
              {what}
              {note === undefined ? null : <span className="block text-[0.8125rem] text-ink-faint">{note}</span>}
            </th>
            <td
              className="py-1.5 pr-4 pl-2 text-right align-top tabular-nums [overflow-wrap:anywhere]"
              data-testid="account-sum"
              data-what={what}
              data-value={String(units)}
            >
              {formatMoney(units, token)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

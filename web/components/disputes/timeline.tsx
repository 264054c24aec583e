import type { Entry, Line } from "../../lib/disputes/story.ts";
import { formatCountdown, formatMoment } from "../../lib/format.ts";
import { Amount } from "../figures/amount.tsx";
import { Ether } from "../figures/ether.tsx";
import { Identifier } from "../figures/identifier.tsx";
import { Party, type Roles } from "./party.tsx";

function Details({ line: { amount, hash, until } }: { readonly line: Line }) {
  return (
    <>
      {amount === undefined ? null : (
        <span>
          , {amount.what}{" "}
          {amount.unit === "ether" ? (
            <Ether wei={amount.units} hint={amount.what} />
          ) : (
            <Amount units={amount.units} withSymbol />
          )}
        </span>
      )}
      {hash === undefined ? null : (
        <span className="text-ink-soft">
          , {hash.what} <Identifier value={hash.value} what={hash.what} short />
        </span>
      )}
      {until === undefined ? null : (
        <span className="text-ink-soft">
          , {until.what === "until" ? "until" : `${until.what} until`} <time>{formatMoment(until.at)}</time>
        </span>
      )}
    </>
  );
}

interface TimelineProps {
  readonly entries: readonly Entry[];
  readonly roles: Roles;
}

/** Everything that happened, in its order: what one transaction did stands together, with its time and how long after the first. */
export function Timeline({ entries, roles }: TimelineProps) {
  const start = entries[0]?.at ?? 0;
  return (
    <ol className="relative px-4 py-2" data-testid="timeline">
      {entries.map(({ at, transactionHash, lines }) => (
        <li
          key={`${transactionHash}${lines[0]?.key}`}
          className="relative border-l-2 border-line pb-4 pl-5 last:border-transparent before:absolute before:top-1.5 before:-left-[5px] before:size-2 before:rounded-[2px] before:bg-weld"
        >
          <p className="flex flex-wrap items-baseline gap-x-3 text-[0.8125rem] leading-6 text-ink-faint tabular-nums">
            <time dateTime={new Date(at * 1000).toISOString()}>{formatMoment(at)}</time>
            {at === start ? null : <span>{formatCountdown(at - start)} later</span>}
            <Identifier value={transactionHash} what="transaction hash" href={`/tx/${transactionHash}`} short />
          </p>
          <ul className="leading-7">
            {lines.map((line) => (
              <li key={line.key} className="break-words" data-testid="move">
                {line.account === null ? null : (
                  <>
                    <Party address={line.account} roles={roles} />{" "}
                  </>
                )}
                {line.text}
                <Details line={line} />
              </li>
            ))}
          </ul>
        </li>
      ))}
    </ol>
  );
}

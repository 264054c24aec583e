import { Fragment, type ReactNode } from "react";
import { amountParts, formatAmount, formatCount, numberPieces } from "../../lib/format.ts";
import { currentToken } from "../../lib/token.ts";

interface AmountProps {
  /** Base units of the payment token. */
  readonly units: bigint;
  /** All decimals, so that a column aligns at the point; zeros that say nothing are set back. */
  readonly aligned?: boolean;
  /** Whether the token's symbol follows. */
  readonly withSymbol?: boolean;
  readonly testId?: string;
}

/** Characters that fit into a figure of a narrow screen. */
const LONGEST_UNBROKEN = 10;

const breakable = (text: string): ReactNode =>
  numberPieces(text).map((piece, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a piece is its place in the number.
    <Fragment key={index}>
      {index === 0 ? null : <wbr />}
      {piece}
    </Fragment>
  ));

/** An exact amount of the payment token. Without the token's decimals, base units are shown and named as such. */
export function Amount({ units, aligned = false, withSymbol = false, testId }: AmountProps) {
  const token = currentToken();
  const attributes = {
    "data-testid": testId,
    "data-value": units.toString(),
    className: "tabular-nums whitespace-nowrap",
  };
  if (token === undefined) {
    return (
      <span {...attributes}>
        {formatCount(units)} <span className="text-ink-faint">base units</span>
      </span>
    );
  }
  const { decimals, symbol } = token;
  const parts = aligned ? amountParts(units, decimals) : { significant: formatAmount(units, decimals), padding: "" };
  return (
    <span {...attributes}>
      {aligned || parts.significant.length <= LONGEST_UNBROKEN ? parts.significant : breakable(parts.significant)}
      {parts.padding === "" ? null : <span className="text-ink-faint">{parts.padding}</span>}
      {withSymbol ? <span className="text-ink-faint"> {symbol}</span> : null}
    </span>
  );
}

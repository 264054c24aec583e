import { formatFraction } from "../../lib/format.ts";

interface FractionProps {
  /** In units of 2^-64. */
  readonly value: bigint;
  readonly testId?: string;
}

/** A fraction, or a count of evidence that has aged. */
export function Fraction({ value, testId }: FractionProps) {
  return (
    <span className="tabular-nums" data-testid={testId} data-value={value.toString()} title={`${value} of 2^-64`}>
      {formatFraction(value)}
    </span>
  );
}

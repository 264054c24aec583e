import { formatCount } from "../../lib/format.ts";

interface CountProps {
  readonly value: bigint | number;
  /** Says what is counted; shown on hover. */
  readonly hint: string;
  readonly testId?: string;
}

/** An exact count with thousands separated. */
export function Count({ value, hint, testId }: CountProps) {
  return (
    <span className="tabular-nums whitespace-nowrap" title={hint} data-testid={testId} data-value={value.toString()}>
      {formatCount(value)}
    </span>
  );
}

import { formatCount } from "../../lib/format.ts";

interface CountProps {
  readonly value: bigint | number;
  readonly testId?: string;
}

/** An exact count with thousands separated. */
export function Count({ value, testId }: CountProps) {
  return (
    <span className="tabular-nums whitespace-nowrap" data-testid={testId} data-value={value.toString()}>
      {formatCount(value)}
    </span>
  );
}

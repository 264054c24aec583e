import { formatAmount, formatCount } from "../../lib/format.ts";

const ETHER_DECIMALS = 18;

interface EtherProps {
  readonly wei: bigint;
  /** Says what the amount is; shown on hover together with the wei. */
  readonly hint: string;
  readonly testId?: string;
}

/** An exact amount of the chain's own coin, in which bonds of delivery disputes are paid. */
export function Ether({ wei, hint, testId }: EtherProps) {
  return (
    <span
      className="tabular-nums"
      title={`${hint}. ${formatCount(wei)} wei`}
      data-testid={testId}
      data-value={wei.toString()}
    >
      {formatAmount(wei, ETHER_DECIMALS)} <span className="text-ink-faint">ETH</span>
    </span>
  );
}

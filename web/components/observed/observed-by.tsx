import type { Address } from "@lloom/protocol/commitment-types";
import { Identifier } from "../figures/identifier.tsx";
import { RelativeTime } from "../figures/relative-time.tsx";

interface ObservedByProps {
  readonly observer: Address;
  /** Unix seconds. */
  readonly observedAt: number;
  readonly now: number;
}

/** Whose word observed figures are, and from when. */
export function ObservedBy({ observer, observedAt, now }: ObservedByProps) {
  return (
    <span data-testid="observed-by" data-value={observer}>
      observed by <Identifier value={observer} what="the observer's address" short />{" "}
      <RelativeTime at={observedAt} now={now} />, signed, not on chain
    </span>
  );
}

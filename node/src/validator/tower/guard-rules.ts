/** When a watchtower settles for an executor that does not. Pure: the shell reads, asks here, and acts. */
import type { ChannelFunds } from "@lloom/protocol/channel-money";
import { accountingV2Facts, deliveryDisputesFacts } from "@lloom/protocol/generated/facts";
import { ENTRUSTED_SECONDS } from "@lloom/protocol/watchtower-fee";

/** No executor leaves an answer longer than half of the time that there is, see `--settle-age-seconds`. */
const OWN_SECONDS = accountingV2Facts.SETTLE_WINDOW / 2n;
/** Within that a client may have begun to take its money back. */
const LOOK_SECONDS = 3_600n;
/** An executor that is there answers a dispute in a minute. */
const ANSWER_SECONDS = 3_600n;

export interface PairView {
  /** Of the request, Unix seconds. */
  readonly deadline: bigint;
  readonly channel: Pick<ChannelFunds, "unlocking" | "unlockAt">;
  readonly unlockDelaySeconds: bigint;
  /** By the chain's clock. */
  readonly nowSeconds: bigint;
}

/** Whether it is time to settle, and when to look again. */
export function lookAtPair({ deadline, channel, unlockDelaySeconds, nowSeconds }: PairView): {
  readonly isDue: boolean;
  readonly lookAt: bigint;
} {
  if (nowSeconds > deadline + accountingV2Facts.SETTLE_WINDOW)
    return { isDue: false, lookAt: deadline + ENTRUSTED_SECONDS + 1n };
  const { unlocking, unlockAt } = channel;
  const dueByAge = deadline + OWN_SECONDS;
  const dueByUnlock = unlockAt - unlockDelaySeconds / 2n;
  const dueAt = unlocking > 0n && dueByUnlock < dueByAge ? dueByUnlock : dueByAge;
  const inAnHour = nowSeconds + LOOK_SECONDS;
  // Also after a settlement: a reorganisation may take it back, and a channel that was too empty may be filled.
  if (nowSeconds >= dueAt) return { isDue: true, lookAt: inAnHour };
  return { isDue: false, lookAt: dueAt < inAnHour ? dueAt : inAnHour };
}

/** Whether a dispute that its executor could have answered is left to the watchtower. */
export const isLeftOpen = (revealBy: bigint, nowSeconds: bigint): boolean =>
  nowSeconds >= revealBy - deliveryDisputesFacts.REVEAL_WINDOW + ANSWER_SECONDS && nowSeconds <= revealBy;

import type { PaidLane } from "@lloom/protocol/channel-money";
import type { Address } from "@lloom/protocol/commitment-types";
import type { ClientLog } from "../../store/client/client-log.ts";

/** The newest receipts tell which lanes are in use; older lanes were settled long ago. */
const NEWEST_RECEIPTS = 1000;
const READS_AT_ONCE = 16;

/**
 * Asks the chain how far an executor's lanes are settled, at the first contact of a process. Otherwise what was paid while
 * this client was away would count as owed for ever, and channels be filled for it a second time.
 */
export async function learnSettled(
  store: ClientLog,
  {
    executor,
    readLane,
  }: {
    readonly executor: Address;
    readonly readLane: (lane: bigint) => Promise<PaidLane>;
  },
): Promise<void> {
  const receipts = store.receipts({ limit: NEWEST_RECEIPTS, executor });
  const lanes = [...new Set(receipts.map(({ receipt }) => receipt.request.lane))];
  for (let start = 0; start < lanes.length; start += READS_AT_ONCE) {
    const batch = lanes.slice(start, start + READS_AT_ONCE);
    const settled = await Promise.all(batch.map(async (lane) => ({ lane, ...(await readLane(lane)) })));
    for (const { lane, nonce, cost } of settled) store.markSettled({ executor, lane, nonce, cost });
  }
}

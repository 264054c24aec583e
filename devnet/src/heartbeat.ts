import { setTimeout as delay } from "node:timers/promises";
import { connect } from "../../checkout/rpc.ts";

/** A development chain makes a block for each transaction and none else: its clock would stand still while nobody sends any. */
const EVERY_MS = 5_000;

/** Lets a chain of one's own make a block at least every few seconds, as chains do, until the signal. */
export async function beat(rpcUrl: string, signal: AbortSignal): Promise<void> {
  const provider = connect(rpcUrl);
  let before = -1;
  try {
    while (!signal.aborted) {
      try {
        const head = await provider.getBlockNumber();
        if (head === before) await provider.send("evm_mine", []);
        before = head === before ? head + 1 : head;
      } catch {
        // It is busy, or ends; who needs it says so.
      }
      await delay(EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    provider.destroy();
  }
}

import { setTimeout as delay } from "node:timers/promises";
import { connect } from "../../checkout/rpc.ts";

/** A development chain makes a block for each transaction and none else: its clock would stand still while nobody sends any. */
const EVERY_MS = 5_000;
/** While nothing happens: as Ethereum makes them. Each block is work for every node and for the index. */
const QUIET_EVERY_MS = 12_000;
/** As many blocks of this heart in a row are a quiet time. */
const QUIET_AFTER = 6;

/** Lets a chain of one's own make a block at least every few seconds, as chains do, until the signal. */
export async function beat(rpcUrl: string, signal: AbortSignal): Promise<void> {
  const provider = connect(rpcUrl);
  let before = -1;
  let own = 0;
  try {
    while (!signal.aborted) {
      try {
        const head = await provider.getBlockNumber();
        own = head === before ? own + 1 : 0;
        if (own > 0) await provider.send("evm_mine", []);
        before = own > 0 ? head + 1 : head;
      } catch {
        // It is busy, or ends; who needs it says so.
      }
      await delay(own < QUIET_AFTER ? EVERY_MS : QUIET_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    provider.destroy();
  }
}

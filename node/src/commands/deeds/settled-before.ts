import { readLane } from "../../chain/reads.ts";
import { decodeEvent } from "../../chain/watch/events.ts";
import type { LaneKey, SettlementLog } from "../../store/executor/settlement-log.ts";
import type { Account } from "./account.ts";
import { minedOf } from "./deed.ts";

/** What the chain has paid, and the executor's log did not know of. */
export interface SettledBefore {
  /** Base units. */
  readonly amount: bigint;
  readonly lanes: number;
  /** Those of this key; anybody may settle. */
  readonly transactions: readonly string[];
}

/** Lanes that are read at the same time. */
const READS_AT_ONCE = 32;

/** Compares the log with the chain, and notes what is settled: a run that was killed has sent, and noted nothing. */
export async function noteSettled(account: Account, store: SettlementLog): Promise<SettledBefore> {
  const { chain, address } = account;
  const lanes = store.unsettled();
  const found: LaneKey[] = [];
  let amount = 0n;
  for (let start = 0; start < lanes.length; start += READS_AT_ONCE)
    await Promise.all(
      lanes.slice(start, start + READS_AT_ONCE).map(async ({ client, lane, settledCost }) => {
        const settled = await readLane(chain, { client, executor: address, lane });
        if (settled.cost <= settledCost) return;
        store.markSettled({ client, lane, ...settled });
        found.push({ client, lane });
        amount += settled.cost - settledCost;
      }),
    );
  return { amount, lanes: found.length, transactions: found.length === 0 ? [] : await endedFor(account, found) };
}

/** The key's transactions that settled these lanes, which are forgotten once their end was told. */
async function endedFor({ chain, address, journal }: Account, lanes: readonly LaneKey[]): Promise<string[]> {
  const isOne = (client: string, lane: bigint): boolean =>
    lanes.some((one) => one.client === client && one.lane === lane);
  const hashes: string[] = [];
  for (const call of journal.list()) {
    const mined = await minedOf(chain, call.hashes);
    const hasSettled = mined?.logs.some((log) => {
      const event = log.address.toLowerCase() === chain.accounting ? decodeEvent(log) : undefined;
      return event?.type === "LaneSettled" && event.executor === address && isOne(event.client, event.lane);
    });
    if (mined === undefined || hasSettled !== true) continue;
    hashes.push(mined.hash);
    journal.remove(call);
  }
  return hashes;
}

import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Chain } from "../../../node/src/chain/chain.ts";
import { readSettled } from "../../support/settled-pairs.ts";

/** What both logs and the chain say of all answers, once everything is settled. */
export interface SoakBooks {
  /** Receipts that the gateway holds. */
  readonly receipts: number;
  /** Of them, those that the executor has not signed as they are, and what it signed that the gateway has not. */
  readonly differing: number;
  /** Base units that the chain paid beyond the lanes' last receipts. */
  readonly paidTwice: bigint;
  /** Base units of receipts that it has not paid. */
  readonly unpaid: bigint;
}

const RECEIPTS = "SELECT count(*) AS count FROM own_requests WHERE status = 'answered'";
const DIFFERING = `SELECT count(*) AS count FROM own_requests o FULL OUTER JOIN executor.served_requests s USING (request_hash)
  WHERE (o.status = 'answered' OR s.status = 'signed') AND o.executor_signature IS NOT s.executor_signature`;
const LANES = "SELECT lane, cost FROM own_lanes";

/** Reads the logs of a gateway and its only executor, which may still run, and the chain. */
export async function soakBooks(
  chain: Chain,
  { gatewayDir, executorDir }: { readonly gatewayDir: string; readonly executorDir: string },
): Promise<SoakBooks> {
  const db = new DatabaseSync(join(gatewayDir, "client.sqlite"), { readOnly: true });
  try {
    db.prepare("ATTACH :path AS executor").run({ path: join(executorDir, "executor.sqlite") });
    const count = (sql: string): number => Number(db.prepare(sql).get()?.["count"]);
    const lanes = db.prepare(LANES).all();
    const paid = new Map<bigint, bigint>();
    for (const pair of await readSettled(chain)) paid.set(pair.lane, (paid.get(pair.lane) ?? 0n) + pair.paid);
    let [paidTwice, unpaid] = [0n, 0n];
    for (const { lane, cost } of lanes) {
      const beyond = (paid.get(BigInt(String(lane))) ?? 0n) - BigInt(String(cost));
      if (beyond > 0n) paidTwice += beyond;
      else unpaid -= beyond;
    }
    return { receipts: count(RECEIPTS), differing: count(DIFFERING), paidTwice, unpaid };
  } finally {
    db.close();
  }
}

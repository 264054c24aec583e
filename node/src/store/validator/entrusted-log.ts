import type { Address, Receipt } from "@lloom/protocol/commitment-types";
import type { EntrustedPair } from "@lloom/protocol/rpc-messages";
import type { Database } from "../database/database.ts";
import * as encoding from "../database/encoding.ts";

/** A pair in this watchtower's care. */
export interface GuardedPair extends Pick<EntrustedPair, "acknowledgement" | "fee"> {
  readonly receipt: Receipt;
  /** Its fee was taken, or was about to be when this node ended. */
  readonly isFeeTaken: boolean;
}

/** A lane of an executor. */
export interface GuardedLane {
  readonly executor: Address;
  readonly client: Address;
  readonly lane: bigint;
}

/** A pair's place in its lane. */
export interface GuardedPlace extends GuardedLane {
  readonly nonce: bigint;
}

/** An executor with pairs in care. */
export interface GuardedExecutor {
  readonly executor: Address;
  readonly lanes: number;
}

/** The durable list of pairs that a watchtower keeps for others, a part of a validator's log. Every method is one transaction. */
export interface EntrustedLog {
  /** Keeps the newest pair of a lane, and with the same one what is known of it besides, and the highest fee; older ones change nothing. */
  entrust(pair: EntrustedPair): void;
  guardedPair(lane: GuardedLane): GuardedPair | undefined;
  /** Those of an executor that have to be looked at, the longest waiting first; at most so many. */
  duePairs(executor: Address, nowSeconds: bigint, most: number): readonly GuardedPair[];
  /** When to look at it again, by the chain's clock; a newer pair of its lane is looked at at once. */
  lookAgain(place: GuardedPlace, atSeconds: bigint): void;
  markFee(place: GuardedPlace, isTaken: boolean): void;
  /** Forgets pairs whose requests' deadlines were before. */
  forgetPairs(beforeSeconds: bigint): void;
  countPairs(executor: Address): number;
  guardedExecutors(): readonly GuardedExecutor[];
}

/** Lanes that are kept for one executor; more push out those whose deadlines are longest over. Each takes about 3 kB. */
const MOST_GUARDED_LANES = 4_096;

const KEY = "executor = :executor AND client = :client AND lane = :lane";
const SAVE = `INSERT INTO entrusted
  (executor, client, lane, nonce, deadline, request, response, client_signature, executor_signature, acknowledgement, fee_amount, fee_signature)
  VALUES (:executor, :client, :lane, :nonce, :deadline, :request, :response, :clientSignature, :executorSignature,
    :acknowledgement, :feeAmount, :feeSignature)
  ON CONFLICT (executor, client, lane) DO UPDATE SET nonce = :nonce, deadline = :deadline, request = :request,
    response = :response, client_signature = :clientSignature, executor_signature = :executorSignature,
    acknowledgement = :acknowledgement, fee_amount = :feeAmount, fee_signature = :feeSignature, fee_taken = 0, look_at = 0
  WHERE nonce < :nonce`;
const SAME = `${KEY} AND nonce = :nonce AND response = :response`;
const ADD = `UPDATE entrusted SET acknowledgement = coalesce(acknowledgement, :acknowledgement) WHERE ${SAME}`;
/** One that was taken is the one that was taken. */
const RAISE = `UPDATE entrusted SET fee_amount = :feeAmount, fee_signature = :feeSignature, look_at = 0
  WHERE ${SAME} AND fee_taken = 0 AND :feeAmount > coalesce(fee_amount, '')`;
const FIND = `SELECT * FROM entrusted WHERE ${KEY}`;
const DUE = "SELECT * FROM entrusted WHERE executor = :executor AND look_at <= :now ORDER BY look_at LIMIT :most";
// A newer pair may have come meanwhile, of which neither is true.
const LOOK = `UPDATE entrusted SET look_at = :at WHERE ${KEY} AND nonce = :nonce`;
const FEE = `UPDATE entrusted SET fee_taken = :isTaken WHERE ${KEY} AND nonce = :nonce`;
const FORGET = "DELETE FROM entrusted WHERE deadline < :before";
const COUNT = "SELECT count(*) AS count FROM entrusted WHERE executor = :executor";
const GUARDED = "SELECT executor, count(*) AS lanes FROM entrusted GROUP BY executor ORDER BY executor";
const PUSH_OUT = `DELETE FROM entrusted WHERE (executor, client, lane) IN (SELECT executor, client, lane FROM entrusted
  WHERE executor = :executor ORDER BY deadline LIMIT 1)`;

/** Opens this part of a log. */
export function openEntrustedLog(db: Database, most = MOST_GUARDED_LANES): EntrustedLog {
  const count = (executor: Address): number => Number(db.get(COUNT, { executor })?.["count"]);
  return {
    entrust: (pair) =>
      void db.write(() => {
        const row = rowOf(pair);
        const { executor, client, lane, nonce, response, acknowledgement, feeAmount, feeSignature } = row;
        if (db.run(SAVE, row) === 0) {
          const same = { executor, client, lane, nonce, response };
          db.run(ADD, { ...same, acknowledgement });
          db.run(RAISE, { ...same, feeAmount, feeSignature });
        } else if (count(executor) > most) db.run(PUSH_OUT, { executor });
      }),
    guardedPair: (lane) => {
      const row = db.get(FIND, keyOf(lane));
      return row && pairOf(row);
    },
    duePairs: (executor, nowSeconds, most) => db.all(DUE, { executor, now: nowSeconds, most }).map(pairOf),
    lookAgain: (place, at) => void db.write(() => db.run(LOOK, { ...placeOf(place), at }), { synced: false }),
    markFee: (place, isTaken) => void db.write(() => db.run(FEE, { ...placeOf(place), isTaken: isTaken ? 1 : 0 })),
    forgetPairs: (before) => void db.write(() => db.run(FORGET, { before }), { synced: false }),
    countPairs: count,
    guardedExecutors: () =>
      db.all(GUARDED).map((row) => ({
        executor: encoding.addressOf(row, "executor"),
        lanes: encoding.numberOf(row, "lanes"),
      })),
  };
}

const keyOf = ({ executor, client, lane }: GuardedLane) => ({ executor, client, lane: encoding.encodeInteger(lane) });
const placeOf = (place: GuardedPlace) => ({ ...keyOf(place), nonce: encoding.encodeInteger(place.nonce) });

const rowOf = ({ request, response, clientSignature, executorSignature, acknowledgement, fee }: EntrustedPair) => ({
  ...keyOf(request),
  nonce: encoding.encodeInteger(request.nonce),
  deadline: request.deadline,
  request: encoding.encodeCommitment(request),
  response: encoding.encodeCommitment(response),
  clientSignature: encoding.encodeSignature(clientSignature),
  executorSignature: encoding.encodeSignature(executorSignature),
  acknowledgement: acknowledgement === undefined ? null : encoding.encodeSignature(acknowledgement),
  feeAmount: fee === undefined ? null : encoding.encodeInteger(fee.amount),
  feeSignature: fee === undefined ? null : encoding.encodeSignature(fee.signature),
});

function pairOf(row: encoding.Row): GuardedPair {
  const amount = row["fee_amount"] === null ? undefined : encoding.integerOf(row, "fee_amount");
  return {
    receipt: encoding.receiptOf(row),
    acknowledgement: row["acknowledgement"] === null ? undefined : encoding.signatureOf(row, "acknowledgement"),
    fee: amount === undefined ? undefined : { amount, signature: encoding.signatureOf(row, "fee_signature") },
    isFeeTaken: row["fee_taken"] === 1,
  };
}

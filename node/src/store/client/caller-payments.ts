import type { Address, Hex } from "@lloom/protocol/commitment-types";
import type { Database } from "../database/database.ts";
import * as encoding from "../database/encoding.ts";

/** By which a payment is known: a payer signs each nonce once. */
export interface PaymentKey {
  readonly payer: Address;
  readonly nonce: Hex;
}

/** A payment that is to pay for one answer. */
export interface CallerPayment extends PaymentKey {
  /** Base units. */
  readonly amount: bigint;
  /** Unix seconds from which it is worth nothing. */
  readonly validBefore: number;
  /** As it was sent. */
  readonly payment: string;
  /** Of the call that it pays for, where that has a name. */
  readonly call: string | undefined;
}

/**
 * How a payment stands. `asked`: its answer is asked for, and nothing is taken yet. `settling`: the answer is there, and the payment may
 * have been taken. `settled`: it was. `void`: it was not and will not be.
 */
export type PaymentState = "asked" | "settling" | "settled" | "void";

export interface KnownPayment extends CallerPayment {
  readonly state: PaymentState;
  /** From which on the chain is searched for it; known once it is settling. */
  readonly fromBlock: number;
  /** That brought it; "" unless it is settled. */
  readonly transaction: string;
}

/**
 * The durable memory of payments by callers without an account: one that was taken once pays for nothing else, also over the end of the
 * process at any moment. What was only asked for when it ended is let go of, since nothing had been taken.
 */
export interface CallerPayments {
  find(key: PaymentKey): KnownPayment | undefined;
  /** Notes a payment before its answer is asked for; false if it is known. */
  take(payment: CallerPayment, nowMs: number): boolean;
  /** Before anybody is told to take the money. */
  settling(key: PaymentKey, fromBlock: number): void;
  settled(key: PaymentKey, transaction: string): void;
  void(key: PaymentKey): void;
  /** Its answer failed, and nothing was taken: it can pay for another one. */
  letGo(key: PaymentKey): void;
  /** Those that were taken, or may have been, for a call of this name; settled ones first. */
  ofCall(call: string): readonly KnownPayment[];
  /** Of which nobody knows yet whether they were taken. */
  unsettled(): readonly KnownPayment[];
  /** At the start, when nothing is asked: lets go of what the last process had asked. Returns how many. */
  letGoOfAsked(): number;
  /** Forgets payments that were worth nothing any more so long ago. */
  prune(nowMs: number): void;
}

/** For this long a payment is remembered after its end, so that clocks may differ, and its call's answer is told again. */
const KEEP_SECONDS = 2 * 86_400;

const WHERE = "WHERE payer = :payer AND nonce = :nonce";
const FIND = `SELECT * FROM caller_payments ${WHERE}`;
const TAKE = `INSERT INTO caller_payments (payer, nonce, amount, valid_before, payment, call, state, taken_at_ms)
  VALUES (:payer, :nonce, :amount, :validBefore, :payment, :call, 'asked', :nowMs) ON CONFLICT DO NOTHING`;
const SETTLING = `UPDATE caller_payments SET state = 'settling', from_block = :fromBlock ${WHERE} AND state = 'asked'`;
const SETTLED = `UPDATE caller_payments SET state = 'settled', settled_tx = :transaction ${WHERE} AND state = 'settling'`;
const VOID = `UPDATE caller_payments SET state = 'void' ${WHERE} AND state = 'settling'`;
const LET_GO = `DELETE FROM caller_payments ${WHERE} AND state = 'asked'`;
const LET_GO_ALL = "DELETE FROM caller_payments WHERE state = 'asked'";
const OF_CALL = `SELECT * FROM caller_payments WHERE call = :call AND state IN ('settling', 'settled')
  ORDER BY state, taken_at_ms`;
const UNSETTLED = "SELECT * FROM caller_payments WHERE state = 'settling'";
const PRUNE = "DELETE FROM caller_payments WHERE valid_before < :before AND state <> 'asked'";

/** Opens this part of the client's file. */
export function openCallerPayments(db: Database): CallerPayments {
  const run = (sql: string, { payer, nonce }: PaymentKey, values: Record<string, string | number> = {}): void =>
    db.write(() => void db.run(sql, { payer, nonce, ...values }));
  return {
    find: ({ payer, nonce }) => {
      const row = db.get(FIND, { payer, nonce });
      return row && paymentOf(row);
    },
    take: ({ amount, call, payer, nonce, validBefore, payment }, nowMs) =>
      db.write(() => {
        const values = { payer, nonce, validBefore, payment, nowMs };
        return db.run(TAKE, { ...values, amount: encoding.encodeInteger(amount), call: call ?? null }) === 1;
      }),
    settling: (key, fromBlock) => run(SETTLING, key, { fromBlock }),
    settled: (key, transaction) => run(SETTLED, key, { transaction }),
    void: (key) => run(VOID, key),
    letGo: (key) => run(LET_GO, key),
    ofCall: (call) => db.all(OF_CALL, { call }).map(paymentOf),
    unsettled: () => db.all(UNSETTLED, {}).map(paymentOf),
    letGoOfAsked: () => db.write(() => db.run(LET_GO_ALL)),
    prune: (nowMs) => db.write(() => void db.run(PRUNE, { before: Math.floor(nowMs / 1000) - KEEP_SECONDS })),
  };
}

const paymentOf = (row: encoding.Row): KnownPayment => ({
  payer: encoding.addressOf(row, "payer"),
  nonce: encoding.hexOf(row, "nonce"),
  amount: encoding.integerOf(row, "amount"),
  validBefore: encoding.numberOf(row, "valid_before"),
  payment: encoding.textOf(row, "payment"),
  call: row["call"] === null ? undefined : encoding.textOf(row, "call"),
  state: encoding.textOf(row, "state") as PaymentState,
  fromBlock: row["from_block"] === null ? 0 : encoding.numberOf(row, "from_block"),
  transaction: row["settled_tx"] === null ? "" : encoding.textOf(row, "settled_tx"),
});

/**
 * How values rest in the tables.
 *
 * Integers of the signed types are TEXT: decimal, zero-padded to 29 digits, the width of uint96's largest value. SQLite's
 * integers have 64 bits with a sign, too few for amounts (uint96) and for lane ids (uint64); padded text is exact, its
 * order is the order of the numbers, and one rule fits all. SQL compares such columns and never adds them.
 * Milliseconds and Unix seconds are SQLite integers. Hashes, addresses and signatures are lower-case 0x hex.
 * Commitments rest whole, as JSON with decimal strings; columns beside it repeat only what a query needs.
 */
import type {
  Address,
  CompactSignature,
  Hex,
  Receipt,
  RequestCommitment,
  ResponseCommitment,
} from "@lloom/protocol/commitment-types";
import { type ErrorCode, isErrorCode } from "@lloom/protocol/error-codes";
import { EMPTY_LANE, type LaneState } from "@lloom/protocol/lane";
import { requestCommitmentSchema, responseCommitmentSchema } from "@lloom/protocol/messages";
import { LloomError } from "../../errors.ts";

/** A row as SQLite gives it: no column here holds an integer beyond 2^53. */
export type Row = Readonly<Record<string, null | number | bigint | string | Uint8Array>>;

/** Digits of 2^96 - 1. */
export const INTEGER_DIGITS = 29;

export const ZERO = encodeInteger(0n);

/** @param value 0 to 2^96 - 1. */
export function encodeInteger(value: bigint): string {
  const digits = value.toString();
  if (value < 0n || digits.length > INTEGER_DIGITS) throw damaged(`the integer ${digits}`);
  return digits.padStart(INTEGER_DIGITS, "0");
}

/** An integer column. */
export const integerOf = (row: Row, column: string): bigint => BigInt(textOf(row, column));

/** A text column that is not NULL. */
export function textOf(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== "string") throw damaged(`the column ${column}`);
  return value;
}

/** A column of milliseconds or a count. */
export function numberOf(row: Row, column: string): number {
  const value = row[column];
  if (typeof value !== "number") throw damaged(`the column ${column}`);
  return value;
}

/** A hash or an address; the tables' CHECKs hold its shape. */
export const hexOf = (row: Row, column: string): Hex => textOf(row, column) as Hex;
export const addressOf = (row: Row, column: string): Address => hexOf(row, column).toLowerCase() as Address;

/** Raw bytes, in an array of their own. */
export function bytesOf(row: Row, column: string): Uint8Array {
  const value = row[column];
  if (!(value instanceof Uint8Array)) throw damaged(`the column ${column}`);
  return value;
}

export function errorCodeOf(row: Row, column: string): ErrorCode {
  const value = textOf(row, column);
  return isErrorCode(value) ? value : "INTERNAL";
}

/** (r, vs) in one column: 64 bytes. */
export const encodeSignature = ({ r, vs }: CompactSignature): string => `${r}${vs.slice(2)}`.toLowerCase();

export function signatureOf(row: Row, column: string): CompactSignature {
  const text = textOf(row, column);
  return { r: `0x${text.slice(2, 66)}`, vs: `0x${text.slice(66)}` };
}

/** JSON with integers of the signed types, which are no numbers of JSON. */
export const encodeJson = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) => (typeof inner === "bigint" ? { integer: `${inner}` } : inner));
export const decodeJson = (text: string): unknown =>
  JSON.parse(text, (_, value: unknown) =>
    typeof value === "object" && value !== null && "integer" in value ? BigInt(String(value.integer)) : value,
  );

/** A commitment as JSON: the same bytes for the same commitment. */
export const encodeCommitment = (commitment: RequestCommitment | ResponseCommitment): string => encodeJson(commitment);

export const requestOf = (row: Row): RequestCommitment =>
  requestCommitmentSchema.parse(decodeJson(textOf(row, "request")));
export const responseOf = (row: Row): ResponseCommitment =>
  responseCommitmentSchema.parse(decodeJson(textOf(row, "response")));

/** The receipt of a row that holds both signatures. */
export const receiptOf = (row: Row): Receipt => ({
  request: requestOf(row),
  response: responseOf(row),
  clientSignature: signatureOf(row, "client_signature"),
  executorSignature: signatureOf(row, "executor_signature"),
});

/** The state of a lane's row; a lane without a row is at its beginning. */
export function laneStateOf(row: Row | undefined): LaneState {
  if (row === undefined) return EMPTY_LANE;
  return {
    nonce: integerOf(row, "nonce"),
    cost: integerOf(row, "cost"),
    inbound: integerOf(row, "inbound"),
    outbound: integerOf(row, "outbound"),
    responseHash: hexOf(row, "response_hash"),
  };
}

/** Parameters of a lane's state, named as the columns. */
export const encodeLaneState = (state: LaneState) => ({
  nonce: encodeInteger(state.nonce),
  cost: encodeInteger(state.cost),
  inbound: encodeInteger(state.inbound),
  outbound: encodeInteger(state.outbound),
  response_hash: state.responseHash,
});

/** Rows of (lane, cost, settled_cost): the largest unpaid cost of each lane, summed, since its rows contain each other. */
export function sumByLane(rows: readonly Row[]): bigint {
  const owed = new Map<string, bigint>();
  for (const row of rows) {
    const lane = textOf(row, "lane");
    const due = integerOf(row, "cost") - integerOf(row, "settled_cost");
    if (due > (owed.get(lane) ?? 0n)) owed.set(lane, due);
  }
  return [...owed.values()].reduce((sum, due) => sum + due, 0n);
}

const damaged = (what: string): LloomError =>
  new LloomError("STORE_FAILED", `The store holds ${what} in a shape that this version does not know.`, {
    next: "Stop the node, move the file away without deleting it, and restore a backup: docs/executor.md says what that means.",
  });

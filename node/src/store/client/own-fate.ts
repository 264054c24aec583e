import type { Address, Receipt } from "@lloom/protocol/commitment-types";
import type { ErrorCode } from "@lloom/protocol/error-codes";
import * as encoding from "../database/encoding.ts";

/** How a request ended, as far as this client knows. */
export interface OwnOutcome {
  readonly executor: Address;
  /** `sent`: the executor has never said its last word. */
  readonly status: "sent" | "answered" | "failed";
  /** Of a failed one: what the executor said. */
  readonly failure: ErrorCode | undefined;
  /** Of an answered one. */
  readonly receipt: Receipt | undefined;
  readonly sentAtMs: number;
}

/** What a request may have cost. */
export interface OwnFate extends Pick<OwnOutcome, "executor" | "status" | "failure"> {
  /** Base units: what was charged if it was answered, else the most that it may still be. */
  readonly cost: bigint;
}

/** Of a row of requests. */
export function outcomeOf(row: encoding.Row): OwnOutcome {
  const status = encoding.textOf(row, "status");
  return {
    executor: encoding.addressOf(row, "executor"),
    status: status === "answered" || status === "failed" ? status : "sent",
    failure: status === "failed" ? encoding.errorCodeOf(row, "failure") : undefined,
    receipt: status === "answered" ? encoding.receiptOf(row) : undefined,
    sentAtMs: encoding.numberOf(row, "sent_at_ms"),
  };
}

/** Of a row of requests. */
export function fateOf(row: encoding.Row): OwnFate {
  const { executor, status, failure } = outcomeOf(row);
  const { ackedCost } = encoding.requestOf(row);
  const column = { answered: "cumulative_cost", sent: "cost_cap", failed: undefined }[status];
  return { executor, status, failure, cost: column === undefined ? 0n : encoding.integerOf(row, column) - ackedCost };
}

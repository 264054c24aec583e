/** When to settle what. Pure: the loop reads, asks here, and acts. */
import type { Address } from "@lloom/protocol/commitment-types";
import type { Rejection } from "@lloom/protocol/rejections";
import { backoffMs } from "../../primitives/backoff.ts";
import type { UnsettledLane } from "../../store/executor/settlement-log.ts";

/** A lane that is not to be tried again yet. */
export interface Hold {
  /** The newest answer when it was tried; a newer one lifts the hold. */
  readonly nonce: bigint;
  readonly untilMs: number;
}

/** What is owed, and what says that it is time. */
export interface SettlementView {
  readonly lanes: readonly UnsettledLane[];
  readonly holds: ReadonlyMap<string, Hold>;
  readonly nowMs: number;
  /** Base units. */
  readonly settleAmount: bigint;
  readonly settleAgeMs: number;
  /** Clients that take money back: their lanes settle at once; "all" at drain. */
  readonly urgent: ReadonlySet<Address> | "all";
}

/** Key of a lane among an executor's lanes. */
export const laneKey = ({ client, lane }: Pick<UnsettledLane, "client" | "lane">): string => `${client}/${lane}`;

/**
 * The lanes to settle now: all that are not held once they owe enough together or one has waited long enough, since one
 * transaction for all is cheaper; before that those of clients in a hurry.
 */
export function lanesToSettle(view: SettlementView): readonly UnsettledLane[] {
  const { nowMs, urgent } = view;
  const ready = view.lanes.filter((lane) => !lane.settling && !isHeld(view, lane));
  if (urgent === "all") return ready;
  const owed = ready.reduce((sum, { amountOwed }) => sum + amountOwed, 0n);
  const isOld = ready.some(({ oldestAtMs }) => nowMs - oldestAtMs >= view.settleAgeMs);
  if (isOld || owed >= view.settleAmount) return ready;
  return ready.filter(({ client }) => urgent.has(client));
}

function isHeld({ holds, nowMs, urgent }: SettlementView, lane: UnsettledLane): boolean {
  const hold = holds.get(laneKey(lane));
  if (hold === undefined || hold.nonce < lane.receipt.request.nonce || hold.untilMs <= nowMs) return false;
  return urgent !== "all";
}

const RETRY = { firstMs: 500, longestMs: 60_000 };

/** The pause until the next look, after so many rounds in a row that failed. */
export const settlementPauseMs = (failures: number, checkMs: number, random?: () => number): number =>
  failures === 0 ? checkMs : backoffMs(failures, RETRY, random);

/** What to do about a lane whose pair was not taken, once the chain's own figure for the lane is noted. */
export type AfterRejection = "settled" | "hold" | "writeOff";

/**
 * What a reason says of a debt that is still due. One for which there was nothing to pay waits for the client to top up, or
 * for the executor's stake to cover it; a disputed one for the end of its dispute; one that only a newer contract knows, or
 * that is none, for somebody who knows what it means. Everything else will not change by itself.
 */
const AFTER: Readonly<Record<Rejection, Exclude<AfterRejection, "settled">>> = {
  None: "hold",
  ClientSignature: "writeOff",
  ExecutorSignature: "writeOff",
  RequestHash: "writeOff",
  Nonce: "writeOff",
  InboundTokens: "writeOff",
  OutboundTokens: "writeOff",
  FinishReason: "writeOff",
  CostArithmetic: "writeOff",
  CostCap: "writeOff",
  AcknowledgedCost: "writeOff",
  Expired: "writeOff",
  NothingToPay: "hold",
  Disputed: "hold",
  Unknown: "hold",
};

/** A lane that the chain has paid in full was settled by somebody else, whatever the reason. */
export const afterRejection = (reason: Rejection, paid: bigint, owed: bigint): AfterRejection =>
  paid >= owed ? "settled" : AFTER[reason];

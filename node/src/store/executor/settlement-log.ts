import type { PaidLane } from "@lloom/protocol/channel-money";
import type { Address, Hex, Receipt } from "@lloom/protocol/commitment-types";
import type { Database } from "../database/database.ts";
import * as encoding from "../database/encoding.ts";
import { LaneDues } from "../database/lane-dues.ts";

export interface LaneKey {
  readonly client: Address;
  readonly lane: bigint;
}

/** A lane whose newest signed answer is worth more than the chain has paid. */
export interface UnsettledLane extends LaneKey {
  /** The newest: it proves the whole lane. */
  readonly receipt: Receipt;
  readonly requestHash: Hex;
  /** Base units still due. */
  readonly amountOwed: bigint;
  /** Base units that the chain has paid for the lane. */
  readonly settledCost: bigint;
  /** When the oldest unpaid answer was given. */
  readonly oldestAtMs: number;
  /** A settlement of this lane has been sent and its outcome is not known yet. */
  readonly settling: boolean;
}

/** What the chain says of a lane: event LaneSettled, or a read of `lanes`. */
export type KeyedPaidLane = LaneKey & PaidLane;

/** The part of the executor's log that knows what is owed and what was paid. */
export interface SettlementLog {
  /**
   * Base units that a client owes or may come to owe: per lane the cap of a running request, or else the total of the
   * last answer, less what the chain has paid. Never more than this may be missing from the channel.
   */
  outstanding(client: Address): bigint;
  /** Base units of that which requests under way may still add to what is owed for answers. */
  underWay(client: Address): bigint;
  /** Lanes to settle, longest waiting first; at most 10 000. */
  unsettled(): readonly UnsettledLane[];
  /** How many there are. */
  unsettledLanes(): number;
  /** Notes that settlements were signed and sent, before they are known to be mined. */
  markSettling(lanes: readonly (LaneKey & { readonly nonce: bigint })[], txHash?: Hex): void;
  /** The settlement did not happen: the lanes may be settled again. */
  clearSettling(lanes: readonly LaneKey[]): void;
  /**
   * Notes what the chain has paid; who sent the settlement does not matter. Never lowers what is noted, so events may
   * come twice and in any order. Returns whether the lane is known.
   */
  markSettled(settled: KeyedPaidLane): boolean;
  /** Puts exactly this, lower or higher: after a reorganisation of the chain, with what the chain says now. */
  correctSettled(settled: KeyedPaidLane): boolean;
  /** Gives up what a lane is owed (expired, or rejected for good), until a new answer in it acknowledges the old ones. */
  writeOff(lane: LaneKey, because: string): void;
}

const UNSETTLED_LIMIT = 10_000;
/** The part of a lane's row that means "the chain owes money". */
const OWED = "l.cost > l.settled_cost AND l.written_off IS NULL";
/**
 * In a lane answers follow each other: the first that is unpaid is the oldest. CROSS JOIN fixes the order of the
 * tables, and "<> 'failed'" lets SQLite use the index: only what is owed is read, whatever the log's length.
 */
const UNSETTLED = `SELECT r.*, l.settled_cost, l.settling_nonce, coalesce(
    (SELECT o.answered_at_ms FROM served_requests o WHERE o.client = l.client AND o.lane = l.lane
      AND o.nonce > l.settled_nonce AND o.status <> 'failed' ORDER BY o.nonce LIMIT 1), r.answered_at_ms) AS oldest_at_ms
  FROM served_lanes l INDEXED BY served_owed
  CROSS JOIN served_requests r ON r.client = l.client AND r.lane = l.lane AND r.nonce = l.nonce AND r.status <> 'failed'
  WHERE ${OWED} ORDER BY oldest_at_ms LIMIT ${UNSETTLED_LIMIT}`;
const UNSETTLED_LANES = `SELECT count(*) AS lanes FROM served_lanes l INDEXED BY served_owed WHERE ${OWED}`;
const OWED_BY = `SELECT lane, cost, settled_cost FROM served_lanes l INDEXED BY served_owed
  WHERE l.client = :client AND ${OWED}`;
/** A lane's first answer has no lane row yet. */
const OPEN_BY = `SELECT r.lane, coalesce(r.cumulative_cost, r.cost_cap) AS cost,
    coalesce(l.settled_cost, '${encoding.ZERO}') AS settled_cost
  FROM served_requests r LEFT JOIN served_lanes l ON l.client = r.client AND l.lane = r.lane
  WHERE r.client = :client AND r.status IN ('running', 'answered')`;
const OWED_IN_LANE = `SELECT lane, cost, settled_cost FROM served_lanes l
  WHERE l.client = :client AND l.lane = :lane AND ${OWED}`;
const OPEN_IN_LANE = `${OPEN_BY} AND r.lane = :lane`;
const SETTLING = `UPDATE served_lanes SET settling_nonce = :nonce, settling_tx = :txHash
  WHERE client = :client AND lane = :lane`;
const CLEAR = `UPDATE served_lanes SET settling_nonce = NULL, settling_tx = NULL
  WHERE client = :client AND lane = :lane`;
const SETTLED = `UPDATE served_lanes SET settled_nonce = max(settled_nonce, :nonce),
    settled_cost = max(settled_cost, :cost),
    settling_tx = CASE WHEN settling_nonce > :nonce THEN settling_tx END,
    settling_nonce = CASE WHEN settling_nonce > :nonce THEN settling_nonce END
  WHERE client = :client AND lane = :lane`;
const CORRECTED = `UPDATE served_lanes SET settled_nonce = :nonce, settled_cost = :cost, settling_nonce = NULL,
    settling_tx = NULL WHERE client = :client AND lane = :lane`;
const WRITE_OFF = `UPDATE served_lanes SET written_off = :because, settling_nonce = NULL, settling_tx = NULL
  WHERE client = :client AND lane = :lane`;

/** What clients owe or may come to owe, in memory. */
export const servedDues = (db: Database): LaneDues =>
  new LaneDues({
    all: (client) => [...db.all(OWED_BY, { client }), ...db.all(OPEN_BY, { client })],
    ofLane: (client, lane) => [...db.all(OWED_IN_LANE, { client, lane }), ...db.all(OPEN_IN_LANE, { client, lane })],
  });

/**
 * Opens this part of the log; `openExecutorLog` holds the whole. Whoever reads beside its writer holds nothing in memory, so that there are
 * no `dues`.
 */
export function openSettlementLog(db: Database, dues?: LaneDues): SettlementLog {
  // The chain knows all this: what a power failure takes is asked again.
  const write = <T>(work: () => T): T => db.write(work, { synced: false });
  const settled = (sql: string, lane: KeyedPaidLane): boolean => {
    dues?.written(lane.client, lane.lane);
    return write(() => db.run(sql, { ...laneKey(lane), ...amounts(lane) })) > 0;
  };
  const owed = (client: Address): readonly encoding.Row[] => db.all(OWED_BY, { client });
  const outstanding = (client: Address): bigint =>
    encoding.sumByLane([...owed(client), ...db.all(OPEN_BY, { client })]);
  return {
    outstanding: dues === undefined ? outstanding : (client) => dues.sum(client),
    underWay: (client) => outstanding(client) - encoding.sumByLane(owed(client)),
    unsettled: () => db.all(UNSETTLED).map(unsettledOf),
    unsettledLanes: () => Number(db.get(UNSETTLED_LANES)?.["lanes"] ?? 0),
    markSettling: (lanes, txHash) =>
      write(() => {
        for (const lane of lanes) {
          db.run(SETTLING, { ...laneKey(lane), nonce: encoding.encodeInteger(lane.nonce), txHash: txHash ?? null });
        }
      }),
    clearSettling: (lanes) =>
      write(() => {
        for (const lane of lanes) db.run(CLEAR, laneKey(lane));
      }),
    markSettled: (lane) => settled(SETTLED, lane),
    correctSettled: (lane) => settled(CORRECTED, lane),
    writeOff: (lane, because) => {
      dues?.written(lane.client, lane.lane);
      write(() => db.run(WRITE_OFF, { ...laneKey(lane), because }));
    },
  };
}

const laneKey = ({ client, lane }: LaneKey) => ({ client, lane: encoding.encodeInteger(lane) });
const amounts = ({ nonce, cost }: KeyedPaidLane) => ({
  nonce: encoding.encodeInteger(nonce),
  cost: encoding.encodeInteger(cost),
});

function unsettledOf(row: encoding.Row): UnsettledLane {
  const receipt = encoding.receiptOf(row);
  const settledCost = encoding.integerOf(row, "settled_cost");
  return {
    client: receipt.request.client,
    lane: receipt.request.lane,
    receipt,
    requestHash: encoding.hexOf(row, "request_hash"),
    amountOwed: receipt.response.cumulativeCost - settledCost,
    settledCost,
    oldestAtMs: encoding.numberOf(row, "oldest_at_ms"),
    settling: row["settling_nonce"] !== null,
  };
}

import type { Address } from "@lloom/protocol/commitment-types";
import { accountingV2Facts } from "@lloom/protocol/generated/facts";
import type { Database } from "../database/database.ts";
import * as encoding from "../database/encoding.ts";

/** Seconds after a request's deadline in which its answer can be settled. */
const SETTLE_WINDOW_SECONDS = Number(accountingV2Facts.SETTLE_WINDOW);
const ANSWERED_BY = `SELECT lane, cost, settled_cost FROM own_lanes INDEXED BY own_owed
  WHERE executor = :executor AND cost > settled_cost`;
const SENT_TO = `SELECT r.lane, r.cost_cap AS cost, l.settled_cost
  FROM own_requests r JOIN own_lanes l ON l.executor = r.executor AND l.lane = r.lane
  WHERE r.executor = :executor AND r.status = 'sent' AND r.deadline >= :payableFrom`;

/** Base units that an executor may still settle of what a client has signed to it: answers, and requests under way at their caps. */
export function outstandingTo(db: Database, executor: Address, nowSeconds: bigint): bigint {
  const payableFrom = Number(nowSeconds) - SETTLE_WINDOW_SECONDS;
  return encoding.sumByLane([...db.all(ANSWERED_BY, { executor }), ...db.all(SENT_TO, { executor, payableFrom })]);
}

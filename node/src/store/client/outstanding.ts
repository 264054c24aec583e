import { accountingV2Facts } from "@lloom/protocol/generated/facts";
import type { Database } from "../database/database.ts";
import { LaneDues } from "../database/lane-dues.ts";

/** Seconds after a request's deadline in which its answer can be settled. */
export const SETTLE_WINDOW_SECONDS = Number(accountingV2Facts.SETTLE_WINDOW);
const ANSWERED = `SELECT lane, cost, settled_cost FROM own_lanes INDEXED BY own_owed
  WHERE executor = :executor AND cost > settled_cost`;
const SENT = `SELECT r.lane, r.cost_cap AS cost, l.settled_cost, r.deadline
  FROM own_requests r JOIN own_lanes l ON l.executor = r.executor AND l.lane = r.lane
  WHERE r.executor = :executor AND r.status = 'sent'`;
const ANSWERED_IN_LANE = `SELECT lane, cost, settled_cost FROM own_lanes
  WHERE executor = :executor AND lane = :lane AND cost > settled_cost`;
/** By nonce: a lane's index holds everything that it was ever asked, and what is under way is newer than its newest answer. */
const SENT_IN_LANE = `SELECT r.lane, r.cost_cap AS cost, l.settled_cost, r.deadline
  FROM own_lanes l CROSS JOIN own_requests r INDEXED BY own_lane ON r.executor = l.executor AND r.lane = l.lane AND r.nonce > l.nonce
  WHERE l.executor = :executor AND l.lane = :lane AND r.status = 'sent'`;

/** What executors may still settle of what a client has signed to them: answers, and requests under way at their caps. */
export const ownDues = (db: Database): LaneDues =>
  new LaneDues({
    all: (executor) => [...db.all(ANSWERED, { executor }), ...db.all(SENT, { executor })],
    ofLane: (executor, lane) => [
      ...db.all(ANSWERED_IN_LANE, { executor, lane }),
      ...db.all(SENT_IN_LANE, { executor, lane }),
    ],
  });

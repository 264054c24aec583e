import type { Hex } from "@lloom/protocol/commitment-types";
import type { Database } from "../database/database.ts";
import * as encoding from "../database/encoding.ts";
import type { Audited } from "./audit-log.ts";

/** `planned`: saved, and not on the chain yet. `opened`: its dispute runs. `over`: that has ended. `dropped`: nothing came of it. */
export type ComplaintState = "planned" | "opened" | "over" | "dropped";

/** A complaint of this validator's about one executor's model. */
export interface KeptComplaint extends Audited {
  readonly id: number;
  readonly state: ComplaintState;
  /** What it waits for, how it ended, or why it was dropped. */
  readonly word: string;
  /** The dispute's id. */
  readonly dispute: Hex | undefined;
  /** Chain seconds. */
  readonly plannedAt: bigint;
}

/**
 * The durable list of complaints, a part of a validator's log. A complaint is saved with the canaries that it shows before anything is
 * signed; those are shown by no other one. Every method is one transaction, on disk when it returns.
 */
export interface ComplaintLog {
  /** Plans one; `undefined` if another complaint shows one of these canaries, which changes nothing. */
  planComplaint(audited: Audited, canaries: readonly number[], nowSeconds: bigint): number | undefined;
  changeComplaint(id: number, change: Partial<Pick<KeptComplaint, "state" | "word" | "dispute">>): void;
  /** Planned or opened, the oldest first. */
  openComplaints(): readonly KeptComplaint[];
  newestComplaints(most: number): readonly KeptComplaint[];
}

const PLAN = `INSERT INTO complaints (executor, weights_hash, state, word, planned_at)
  VALUES (:executor, :weightsHash, 'planned', 'planned', :nowSeconds) RETURNING id`;
const SHOW = "UPDATE canaries SET complaint = :complaint WHERE id = :id AND complaint IS NULL AND state = 'judged'";
const IS_SHOWN = "SELECT 1 FROM canaries WHERE id = :id AND complaint IS NOT NULL";
const FIND = "SELECT * FROM complaints WHERE id = :id";
const CHANGE = "UPDATE complaints SET state = :state, word = :word, dispute = :dispute WHERE id = :id";
const OPEN = "SELECT * FROM complaints WHERE state IN ('planned', 'opened') ORDER BY id";
const NEWEST = "SELECT * FROM complaints ORDER BY id DESC LIMIT :most";

/** Opens this part of a log. */
export const openComplaintLog = (db: Database): ComplaintLog => ({
  planComplaint: ({ executor, weightsHash }, canaries, nowSeconds) =>
    db.write(() => {
      if (canaries.some((id) => db.get(IS_SHOWN, { id }) !== undefined)) return undefined;
      const complaint = Number(db.get(PLAN, { executor, weightsHash, nowSeconds })?.["id"]);
      for (const id of canaries) db.run(SHOW, { id, complaint });
      return complaint;
    }),
  changeComplaint: (id, change) =>
    void db.write(() => {
      const row = db.get(FIND, { id });
      if (row === undefined) return;
      const { state, word, dispute } = { ...complaintOf(row), ...change };
      db.run(CHANGE, { id, state, word, dispute: dispute ?? null });
    }),
  openComplaints: () => db.all(OPEN).map(complaintOf),
  newestComplaints: (most) => db.all(NEWEST, { most }).map(complaintOf),
});

const complaintOf = (row: encoding.Row): KeptComplaint => ({
  id: encoding.numberOf(row, "id"),
  executor: encoding.addressOf(row, "executor"),
  weightsHash: encoding.hexOf(row, "weights_hash"),
  state: encoding.textOf(row, "state") as ComplaintState,
  word: encoding.textOf(row, "word"),
  dispute: row["dispute"] === null ? undefined : encoding.hexOf(row, "dispute"),
  plannedAt: BigInt(encoding.numberOf(row, "planned_at")),
});

import type { Address } from "@lloom/protocol/commitment-types";
import type { Database } from "../database/database.ts";
import * as encoding from "../database/encoding.ts";

/** One canary key asks one executor in one epoch. */
export interface CanaryShift {
  readonly executor: Address;
  readonly epoch: bigint;
  /** The key's number. */
  readonly key: number;
}

/** Canary keys, as the running node saw them last. */
export interface KeysLeft {
  readonly keys: number;
  /** Of them, those that may still ask somebody who sells now. */
  readonly left: number;
  /** Executors who sell now, and whom none of them may ask any more. */
  readonly unaskable: number;
}

/** The durable list of which canary key has asked whom, a part of a validator's log. It is never forgotten: a key is recognised for good. */
export interface CanaryShiftLog {
  /** Saves who asks, unless it is saved already; the key that counts from now on. */
  saveShift(shift: CanaryShift): number;
  shiftOf(executor: Address, epoch: bigint): number | undefined;
  allShifts(): readonly CanaryShift[];
  /** For whoever looks at the log beside the node. */
  noteKeysLeft(left: KeysLeft): void;
  /** `undefined` before any was noted. */
  keysLeft(): KeysLeft | undefined;
}

const SAVE = `INSERT INTO canary_shifts (executor, epoch, key) VALUES (:executor, :epoch, :key)
  ON CONFLICT (executor, epoch) DO NOTHING`;
const FIND = "SELECT * FROM canary_shifts WHERE executor = :executor AND epoch = :epoch";
const ALL = "SELECT * FROM canary_shifts ORDER BY epoch, executor";
const LEFT = "SELECT value FROM facts WHERE name = 'canary_keys'";
const NOTE_LEFT = `INSERT INTO facts VALUES ('canary_keys', :left)
  ON CONFLICT (name) DO UPDATE SET value = :left WHERE value <> :left`;

/** Opens this part of a log. */
export function openCanaryShiftLog(db: Database): CanaryShiftLog {
  const shiftOf = (executor: Address, epoch: bigint): number | undefined => {
    const row = db.get(FIND, { executor, epoch });
    return row && encoding.numberOf(row, "key");
  };
  return {
    saveShift: ({ executor, epoch, key }) =>
      db.write(() => {
        db.run(SAVE, { executor, epoch, key });
        return shiftOf(executor, epoch) ?? key;
      }),
    shiftOf,
    allShifts: () =>
      db.all(ALL).map((row) => ({
        executor: encoding.addressOf(row, "executor"),
        epoch: BigInt(encoding.numberOf(row, "epoch")),
        key: encoding.numberOf(row, "key"),
      })),
    noteKeysLeft: (left) => void db.write(() => db.run(NOTE_LEFT, { left: JSON.stringify(left) }), { synced: false }),
    keysLeft: () => {
      const row = db.get(LEFT);
      return row && JSON.parse(encoding.textOf(row, "value"));
    },
  };
}

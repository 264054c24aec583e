import type { Address, CompactSignature, Hex, ResponseCommitment } from "@lloom/protocol/commitment-types";
import type { VoteChoice } from "@lloom/protocol/votes";
import { LloomError } from "../errors.ts";
import type { Database } from "./database/database.ts";
import * as encoding from "./database/encoding.ts";

/**
 * What a node owes, or is owed, by a deadline of the chain. `answer`: an executor has to answer a dispute. `dispute`: a client
 * has to dispute an answer that never came, and to end what it disputed. `report`: a client holds two signatures over one request.
 * Of measured disputes: `defend`, an executor has to answer one; `accuse`, a challenger has to see its own through; `judge`, a
 * juror has to vote. `tend`: a dispute of others, of any sort, that somebody has to move on when its time comes.
 */
export type DutyKind = "answer" | "dispute" | "report" | MeasuredDutyKind | "tend";
/** Those of measured disputes, whose bonds are payment tokens. */
export type MeasuredDutyKind = "defend" | "accuse" | "judge";

/** One duty. Its state is a word of its kind's rules, saved before what the word says is sent. */
export interface Duty {
  readonly kind: DutyKind;
  /** The dispute's id: of one about a delivery, the digest of the response. */
  readonly id: Hex;
  /** Of the first answer that it is about; of a measured dispute that is only tended, the dispute's id. */
  readonly requestHash: Hex;
  /** The other party; for whoever is none, the executor. */
  readonly peer: Address;
  readonly state: string;
  /** Chain seconds: the last one for the next step. */
  readonly dueAt: bigint;
  /** Base units: what was paid for the answer. */
  readonly amount: bigint;
  /** Base units of it that had matured: what of it conceding takes out of the wallet. */
  readonly matured: bigint;
  /** Base units of stake that a lost dispute takes beyond that. */
  readonly penalty: bigint;
  /** Wei; of a measured dispute base units. */
  readonly bond: bigint;
  /** What the executor signed and settled, where the log does not hold it as a receipt. */
  readonly settled?:
    | { readonly response: ResponseCommitment; readonly executorSignature: CompactSignature }
    | undefined;
  /** Secret of a commitment. */
  readonly salt?: Hex | undefined;
  /** A juror's vote: saved once, and never another. */
  readonly choice?: VoteChoice | undefined;
  /** Chain seconds at which it was noted. */
  readonly notedAt: bigint;
  /** Chain seconds at which its end was first seen; a reorganisation may take the end back. */
  readonly endedAt?: bigint | undefined;
}

/** Whether it is of a measured dispute: of one that is only tended, its own id stands for the request's. */
export const isMeasured = ({ kind, id, requestHash }: Duty): boolean =>
  kind === "defend" || kind === "accuse" || kind === "judge" || (kind === "tend" && id === requestHash);

/** What changes of a duty. */
export type DutyChange = Partial<
  Pick<Duty, "state" | "dueAt" | "amount" | "matured" | "penalty" | "bond" | "settled" | "salt">
> & {
  /** `null` takes an end back. */
  readonly endedAt?: bigint | null;
};

/** A juror's vote, as it is committed to. */
export interface SavedVote {
  readonly choice: VoteChoice;
  readonly salt: Hex;
}

/**
 * The durable list of duties, a part of a node's log. All of it but the words can be read from the chain again: the list is
 * what makes a node look, after any crash. Every method is one transaction, on disk when it returns.
 */
export interface DutyLog {
  /** Notes a duty; false if it is known, which changes nothing. */
  noteDuty(duty: Duty): boolean;
  changeDuty(duty: Pick<Duty, "kind" | "id">, change: DutyChange): void;
  /** No reorganisation can bring it back: it is not looked at any more. */
  closeDuty(duty: Pick<Duty, "kind" | "id">): void;
  /** Keeps how a juror votes in a case, unless it is decided already; returns the vote that counts from now on. */
  saveVote(id: Hex, vote: SavedVote): SavedVote;
  /** Those that have to be looked at, the most urgent first. */
  openDuties(kind: DutyKind): readonly Duty[];
  findDuty(kind: DutyKind, id: Hex): Duty | undefined;
  /** The newest, over or not. */
  newestDuties(limit: number): readonly Duty[];
  /** Up to which block what makes duties was seen. */
  watchedBlock(): number | undefined;
  noteWatched(blockNumber: number): void;
}

const FIND = "SELECT * FROM duties WHERE kind = :kind AND id = :id";
const NOTE = `INSERT INTO duties (kind, id, request_hash, peer, state, due_at, amount, matured, penalty, bond, response,
    signature, salt, noted_at) VALUES (:kind, :id, :requestHash, :peer, :state, :dueAt, :amount, :matured, :penalty, :bond, :response, :signature, :salt,
    :notedAt) ON CONFLICT DO NOTHING`;
const SAVE = `UPDATE duties SET state = :state, due_at = :dueAt, amount = :amount, matured = :matured,
    penalty = :penalty, bond = :bond, response = :response, signature = :signature, salt = :salt, ended_at = :endedAt WHERE kind = :kind AND id = :id`;
const VOTE = "UPDATE duties SET choice = :choice, salt = :salt WHERE kind = 'judge' AND id = :id AND choice IS NULL";
const CLOSE = "UPDATE duties SET closed = 1 WHERE kind = :kind AND id = :id";
const OPEN = "SELECT * FROM duties INDEXED BY duties_open WHERE kind = :kind AND closed = 0 ORDER BY due_at";
const NEWEST = "SELECT * FROM duties ORDER BY noted_at DESC, id LIMIT :limit";
const WATCHED = "SELECT value FROM facts WHERE name = 'watched_block'";
const NOTE_WATCHED = `INSERT INTO facts VALUES ('watched_block', :block)
  ON CONFLICT (name) DO UPDATE SET value = :block`;

/** Opens this part of a log. */
export function openDutyLog(db: Database): DutyLog {
  const find = (kind: DutyKind, id: Hex): Duty | undefined => {
    const row = db.get(FIND, { kind, id });
    return row && dutyOf(row);
  };
  return {
    noteDuty: (duty) => db.write(() => db.run(NOTE, { ...keyOf(duty), ...valuesOf(duty), ...noted(duty) })) > 0,
    changeDuty: (key, { endedAt, ...change }) =>
      db.write(() => {
        const duty = find(key.kind, key.id);
        if (duty === undefined) return;
        const ended = endedAt === undefined ? duty.endedAt : (endedAt ?? undefined);
        const values = valuesOf({ ...duty, ...change });
        db.run(SAVE, { ...keyOf(key), ...values, endedAt: ended === undefined ? null : Number(ended) });
      }),
    closeDuty: (key) => {
      db.write(() => db.run(CLOSE, keyOf(key)));
    },
    saveVote: (id, { choice, salt }) =>
      db.write(() => {
        db.run(VOTE, { id, choice, salt });
        const saved = find("judge", id);
        if (saved?.choice === undefined || saved.salt === undefined)
          throw new LloomError("INTERNAL", "A vote in a case without a seat was not saved.", { details: { id } });
        return { choice: saved.choice, salt: saved.salt };
      }),
    openDuties: (kind) => db.all(OPEN, { kind }).map(dutyOf),
    findDuty: find,
    newestDuties: (limit) => db.all(NEWEST, { limit }).map(dutyOf),
    watchedBlock: () => {
      const row = db.get(WATCHED);
      return row && Number(encoding.textOf(row, "value"));
    },
    // What is lost of it is read once more.
    noteWatched: (blockNumber) => {
      db.write(() => db.run(NOTE_WATCHED, { block: String(blockNumber) }), { synced: false });
    },
  };
}

const keyOf = ({ kind, id }: Pick<Duty, "kind" | "id">) => ({ kind, id });

const noted = ({ requestHash, peer, notedAt }: Duty) => ({ requestHash, peer, notedAt: Number(notedAt) });

const valuesOf = ({ state, dueAt, amount, matured, penalty, bond, settled, salt }: Duty) => ({
  state,
  dueAt: Number(dueAt),
  amount: encoding.encodeInteger(amount),
  matured: encoding.encodeInteger(matured),
  penalty: encoding.encodeInteger(penalty),
  bond: encoding.encodeInteger(bond),
  response: settled === undefined ? null : encoding.encodeCommitment(settled.response),
  signature: settled === undefined ? null : encoding.encodeSignature(settled.executorSignature),
  salt: salt ?? null,
});

const dutyOf = (row: encoding.Row): Duty => ({
  kind: encoding.textOf(row, "kind") as DutyKind,
  id: encoding.hexOf(row, "id"),
  requestHash: encoding.hexOf(row, "request_hash"),
  peer: encoding.addressOf(row, "peer"),
  state: encoding.textOf(row, "state"),
  dueAt: BigInt(encoding.numberOf(row, "due_at")),
  amount: encoding.integerOf(row, "amount"),
  matured: encoding.integerOf(row, "matured"),
  penalty: encoding.integerOf(row, "penalty"),
  bond: encoding.integerOf(row, "bond"),
  settled:
    row["response"] === null
      ? undefined
      : { response: encoding.responseOf(row), executorSignature: encoding.signatureOf(row, "signature") },
  salt: row["salt"] === null ? undefined : encoding.hexOf(row, "salt"),
  // Logs of versions before are read as they are.
  choice: (row["choice"] ?? undefined) as VoteChoice | undefined,
  notedAt: BigInt(encoding.numberOf(row, "noted_at")),
  endedAt: row["ended_at"] === null ? undefined : BigInt(encoding.numberOf(row, "ended_at")),
});

import type { Address, Hex } from "@lloom/protocol/commitment-types";
import type { Database } from "../database/database.ts";
import * as encoding from "../database/encoding.ts";

/** `lost`: this node ended while it asked, so that nothing is known of it and nobody is to blame. */
export type CanaryState = "planned" | "asked" | "answered" | "judged" | "unanswered" | "lost";

/** A canary before it is asked. */
export interface PlannedCanary<Question> {
  readonly executor: Address;
  readonly model: string;
  readonly weightsHash: Hex;
  /** Chain seconds. */
  readonly askAt: bigint;
  readonly question: Question;
}

export interface KeptCanary<Question, Answer, Finding> extends PlannedCanary<Question> {
  readonly id: number;
  readonly epoch: bigint;
  readonly state: CanaryState;
  readonly answer: Answer | undefined;
  readonly responseHash: Hex | undefined;
  readonly finding: Finding | undefined;
}

/** An executor with the weights that it offered. */
export interface Audited {
  readonly executor: Address;
  readonly weightsHash: Hex;
}

/** A visit that was answered, and says nothing yet. */
export interface WaitingVisit extends Audited {
  readonly epoch: bigint;
  readonly model: string;
}

/** One epoch's audits, for people. */
export interface EpochSummary {
  readonly epoch: bigint;
  readonly reported: boolean;
  readonly executors: number;
  readonly canaries: number;
  /** Of them, how many were judged, and how many of those speak against their executor. */
  readonly judged: number;
  readonly against: number;
}

/**
 * The durable memory of a validator's audits: whom it audits in an epoch, with what, and what it found. Every method is one
 * transaction, on disk when it returns. A canary is *saved, then asked*: one that was being asked when the process ended is
 * lost, and never asked again. What was asked and answered is encrypted.
 */
export interface AuditLog<Question, Answer, Finding> {
  /** Begins an epoch with its canaries, or finds that it has begun, and changes nothing. */
  beginEpoch(epoch: bigint, seed: Hex, canaries: readonly PlannedCanary<Question>[]): void;
  hasEpoch(epoch: bigint): boolean;
  /** Planned for now or before, and of the epoch; the earliest first. */
  dueCanaries(epoch: bigint, nowSeconds: bigint): readonly KeptCanary<Question, Answer, Finding>[];
  /** When the next one is due. */
  nextDue(epoch: bigint): bigint | undefined;
  markAsked(id: number): void;
  /** `responseHash`: of what was signed, where that could be read. `traceAt`: when its trace is asked for; without one it can be judged. */
  saveAnswer(id: number, answer: Answer, responseHash: Hex | undefined, traceAt?: bigint): void;
  /** No answer came, or what shows it could not be had: it is as if there were none. */
  markUnanswered(id: number): void;
  /** When the traces of a visit are asked for; `undefined` if none is waited for. */
  traceAtOf(executor: Address, epoch: bigint): bigint | undefined;
  /** Whose trace is to be asked for now, or before; the earliest first. */
  dueTraces(nowSeconds: bigint): readonly KeptCanary<Question, Answer, Finding>[];
  /** All of a visit that are waited for are asked for again then. */
  postponeTraces(executor: Address, epoch: bigint, traceAt: bigint): void;
  /** All of an executor, of an epoch and before, that would be asked for later are asked for then. */
  hastenTraces(executor: Address, epoch: bigint, traceAt: bigint): void;
  /** The latest visit to an executor whose traces are asked for after a time. */
  waitingVisit(executor: Address, after: bigint): WaitingVisit | undefined;
  /** The answer with its trace, or for good without: it can be judged. */
  saveTrace(id: number, answer: Answer): void;
  /** All that were being asked when the last process ended. */
  loseAsked(): number;
  /** Whom canaries of are asked or answered, and not judged, and of which epochs; without those whose traces are asked for after a time. */
  openVisits(until: bigint): readonly Pick<KeptCanary<Question, Answer, Finding>, "executor" | "epoch">[];
  /** Answered and not judged, but for those whose trace is waited for. */
  answered(): readonly KeptCanary<Question, Answer, Finding>[];
  saveFinding(id: number, finding: Finding): void;
  ofEpoch(epoch: bigint): readonly KeptCanary<Question, Answer, Finding>[];
  /** The newest that were judged and that no complaint shows, the oldest of them first. */
  judgedOf(executor: Address, weightsHash: Hex, most: number): readonly KeptCanary<Question, Answer, Finding>[];
  /** Whom there are such canaries of. */
  audited(): readonly Audited[];
  /** Nothing was asked, or this node could not ask for what shows it, so that nothing is known of it. */
  markLost(id: number): void;
  /** Those that a complaint shows, the newest first. */
  shownBy(complaint: number): readonly KeptCanary<Question, Answer, Finding>[];
  /** How many of the newest epochs' canaries are in each state; the newest epoch first. */
  summary(epochs: number): readonly EpochSummary[];
  markReported(epoch: bigint): void;
  isReported(epoch: bigint): boolean;
  /** Forgets epochs before this one. */
  prune(before: bigint): void;
}

const BEGIN = "INSERT INTO audit_epochs (epoch, seed) VALUES (:epoch, :seed) ON CONFLICT DO NOTHING";
const EPOCH = "SELECT reported FROM audit_epochs WHERE epoch = :epoch";
const PLAN = `INSERT INTO canaries (epoch, executor, model, weights_hash, ask_at, question, state)
  VALUES (:epoch, :executor, :model, :weightsHash, :askAt, :question, 'planned')`;
const DUE = "SELECT * FROM canaries WHERE state = 'planned' AND epoch = :epoch AND ask_at <= :now ORDER BY ask_at, id";
const NEXT = "SELECT min(ask_at) AS next FROM canaries WHERE state = 'planned' AND epoch = :epoch";
const ASKED = "UPDATE canaries SET state = 'asked' WHERE id = :id AND state = 'planned'";
const ANSWER = `UPDATE canaries SET state = 'answered', answer = :answer, response_hash = :responseHash, trace_at = :traceAt
  WHERE id = :id AND state = 'asked'`;
const UNANSWERED = `UPDATE canaries SET state = 'unanswered', answer = NULL, trace_at = NULL
  WHERE id = :id AND (state = 'asked' OR trace_at IS NOT NULL)`;
const TRACE_AT = "SELECT min(trace_at) AS at FROM canaries WHERE executor = :executor AND epoch = :epoch";
const TRACES = "SELECT * FROM canaries WHERE trace_at <= :now ORDER BY trace_at, id";
const POSTPONE = `UPDATE canaries SET trace_at = :traceAt
  WHERE executor = :executor AND epoch = :epoch AND trace_at IS NOT NULL`;
const HASTEN = `UPDATE canaries SET trace_at = :traceAt
  WHERE executor = :executor AND epoch <= :epoch AND trace_at > :traceAt`;
const WAITING = `SELECT epoch, executor, model, weights_hash FROM canaries
  WHERE executor = :executor AND trace_at > :after ORDER BY epoch DESC LIMIT 1`;
const TRACE = "UPDATE canaries SET answer = :answer, trace_at = NULL WHERE id = :id AND trace_at IS NOT NULL";
const LOSE = "UPDATE canaries SET state = 'lost' WHERE state = 'asked'";
const OPEN = `SELECT DISTINCT executor, epoch FROM canaries
  WHERE state IN ('asked', 'answered') AND coalesce(trace_at, 0) <= :until`;
const ANSWERED = "SELECT * FROM canaries WHERE state = 'answered' AND trace_at IS NULL ORDER BY id";
const JUDGED = "UPDATE canaries SET state = 'judged', finding = :finding WHERE id = :id AND state = 'answered'";
const OF_EPOCH = "SELECT * FROM canaries WHERE epoch = :epoch ORDER BY id";
const ABOUT = `SELECT * FROM canaries WHERE executor = :executor AND weights_hash = :weightsHash AND state = 'judged'
  AND complaint IS NULL ORDER BY id DESC LIMIT :most`;
const AUDITED = "SELECT DISTINCT executor, weights_hash FROM canaries WHERE state = 'judged' AND complaint IS NULL";
const LOST = `UPDATE canaries SET state = 'lost', answer = NULL, trace_at = NULL
  WHERE id = :id AND (state = 'asked' OR trace_at IS NOT NULL)`;
const SHOWN = "SELECT * FROM canaries WHERE complaint = :complaint ORDER BY id DESC";
const SUMMARY = `SELECT e.epoch, e.reported, count(DISTINCT c.executor) AS executors, count(c.id) AS canaries,
    count(*) FILTER (WHERE c.state = 'judged') AS judged,
    count(*) FILTER (WHERE c.finding ->> 'failure' IS NOT NULL) AS against
  FROM audit_epochs e LEFT JOIN canaries c ON c.epoch = e.epoch GROUP BY e.epoch ORDER BY e.epoch DESC LIMIT :epochs`;
const REPORTED = "UPDATE audit_epochs SET reported = 1 WHERE epoch = :epoch";

/** Opens this part of a log. Questions, answers and findings are JSON. */
export function openAuditLog<Question, Answer, Finding>(db: Database): AuditLog<Question, Answer, Finding> {
  type Kept = KeptCanary<Question, Answer, Finding>;
  const keptOf = (row: encoding.Row): Kept => canaryOf(db, row) as Kept;
  const epochRow = (epoch: bigint): encoding.Row | undefined => db.get(EPOCH, { epoch });
  return {
    beginEpoch: (epoch, seed, canaries) =>
      db.write(() => {
        if (db.run(BEGIN, { epoch, seed }) === 0) return;
        for (const canary of canaries) plan(db, epoch, canary);
      }),
    hasEpoch: (epoch) => epochRow(epoch) !== undefined,
    dueCanaries: (epoch, now) => db.all(DUE, { epoch, now }).map(keptOf),
    nextDue: (epoch) => secondsOf(db.get(NEXT, { epoch })?.["next"]),
    traceAtOf: (executor, epoch) => secondsOf(db.get(TRACE_AT, { executor, epoch })?.["at"]),
    dueTraces: (now) => db.all(TRACES, { now }).map(keptOf),
    postponeTraces: (executor, epoch, traceAt) => void db.write(() => db.run(POSTPONE, { executor, epoch, traceAt })),
    hastenTraces: (executor, epoch, traceAt) => void db.write(() => db.run(HASTEN, { executor, epoch, traceAt })),
    waitingVisit: (executor, after) => {
      const row = db.get(WAITING, { executor, after });
      return row && { ...auditedOf(row), epoch: epochOf(row), model: encoding.textOf(row, "model") };
    },
    saveTrace: (id, answer) =>
      void db.write(() => db.run(TRACE, { id, answer: encrypted(db, answer, `canary answer ${id}`) })),
    markAsked: (id) => void db.write(() => db.run(ASKED, { id })),
    saveAnswer: (id, answer, responseHash, traceAt) =>
      void db.write(() =>
        db.run(ANSWER, {
          id,
          responseHash: responseHash ?? null,
          traceAt: traceAt ?? null,
          answer: encrypted(db, answer, `canary answer ${id}`),
        }),
      ),
    markUnanswered: (id) => void db.write(() => db.run(UNANSWERED, { id })),
    loseAsked: () => db.write(() => db.run(LOSE)),
    openVisits: (until) =>
      db.all(OPEN, { until }).map((row) => ({ executor: encoding.addressOf(row, "executor"), epoch: epochOf(row) })),
    answered: () => db.all(ANSWERED).map(keptOf),
    saveFinding: (id, finding) => void db.write(() => db.run(JUDGED, { id, finding: JSON.stringify(finding) })),
    ofEpoch: (epoch) => db.all(OF_EPOCH, { epoch }).map(keptOf),
    judgedOf: (executor, weightsHash, most) => db.all(ABOUT, { executor, weightsHash, most }).map(keptOf).reverse(),
    audited: () => db.all(AUDITED).map(auditedOf),
    markLost: (id) => void db.write(() => db.run(LOST, { id })),
    shownBy: (complaint) => db.all(SHOWN, { complaint }).map(keptOf),
    summary: (epochs) => db.all(SUMMARY, { epochs }).map(summaryOf),
    markReported: (epoch) => void db.write(() => db.run(REPORTED, { epoch })),
    isReported: (epoch) => Number(epochRow(epoch)?.["reported"] ?? 0) === 1,
    prune: (before) =>
      db.write(() => {
        db.run("DELETE FROM canaries WHERE epoch < :before", { before });
        db.run("DELETE FROM audit_epochs WHERE epoch < :before", { before });
      }),
  };
}

const secondsOf = (value: unknown): bigint | undefined =>
  value === null || value === undefined ? undefined : BigInt(Number(value));

const epochOf = (row: encoding.Row): bigint => BigInt(encoding.numberOf(row, "epoch"));

const auditedOf = (row: encoding.Row): Audited => ({
  executor: encoding.addressOf(row, "executor"),
  weightsHash: encoding.hexOf(row, "weights_hash"),
});

const summaryOf = (row: encoding.Row): EpochSummary => ({
  epoch: epochOf(row),
  reported: encoding.numberOf(row, "reported") === 1,
  executors: encoding.numberOf(row, "executors"),
  canaries: encoding.numberOf(row, "canaries"),
  judged: encoding.numberOf(row, "judged"),
  against: encoding.numberOf(row, "against"),
});

function plan<Question>(db: Database, epoch: bigint, canary: PlannedCanary<Question>): void {
  const { executor, model, weightsHash, askAt, question } = canary;
  const sealed = encrypted(db, question, `canary question ${epoch} ${executor} ${askAt}`);
  db.run(PLAN, { ...{ epoch, executor, model, weightsHash, askAt }, question: sealed });
}

function canaryOf(db: Database, row: encoding.Row): KeptCanary<unknown, unknown, unknown> {
  const id = encoding.numberOf(row, "id");
  const executor = encoding.addressOf(row, "executor");
  const epoch = epochOf(row);
  const askAt = BigInt(encoding.numberOf(row, "ask_at"));
  const finding = row["finding"];
  return {
    ...{ id, epoch, executor, askAt },
    model: encoding.textOf(row, "model"),
    weightsHash: encoding.hexOf(row, "weights_hash"),
    state: encoding.textOf(row, "state") as CanaryState,
    question: decrypted(db, encoding.bytesOf(row, "question"), `canary question ${epoch} ${executor} ${askAt}`),
    answer: row["answer"] === null ? undefined : decrypted(db, encoding.bytesOf(row, "answer"), `canary answer ${id}`),
    responseHash: row["response_hash"] === null ? undefined : encoding.hexOf(row, "response_hash"),
    finding: typeof finding === "string" ? JSON.parse(finding) : undefined,
  };
}

const encrypted = (db: Database, value: unknown, record: string): Uint8Array =>
  db.cipher.encrypt(new TextEncoder().encode(encoding.encodeJson(value)), record);

const decrypted = (db: Database, bytes: Uint8Array, record: string): unknown =>
  encoding.decodeJson(new TextDecoder().decode(db.cipher.decrypt(bytes, record)));

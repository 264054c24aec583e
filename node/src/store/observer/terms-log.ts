import type { Address, Hex } from "@lloom/protocol/commitment-types";
import type { Database } from "../database/database.ts";
import * as encoding from "../database/encoding.ts";

/** What an executor asks and promises for a model. */
export interface Terms {
  readonly inboundPrice: bigint;
  readonly outboundPrice: bigint;
  readonly maxContext: bigint;
  readonly capacity: number;
  readonly weightsHash: Hex;
  readonly evidence: string;
}

/** From when on which terms were offered; undefined: nothing more. */
export interface TermsChange {
  readonly executor: Address;
  readonly model: string;
  readonly modelHash: Hex;
  readonly atMs: number;
  readonly terms: Terms | undefined;
}

/** Where an executor was last said to be. */
export interface KnownExecutor {
  readonly executor: Address;
  readonly peerId: string;
  readonly multiaddrs: readonly string[];
  readonly heardAtMs: number;
}

export interface TermsLog {
  /** The newest word of an executor on each of its models. */
  latestTerms(executor: Address): readonly TermsChange[];
  addTerms(changes: readonly TermsChange[]): void;
  /** Of a model, the newest first. */
  termsOfModel(modelHash: Hex, sinceMs: number, most: number): readonly TermsChange[];
  countTermsOfModel(modelHash: Hex, sinceMs: number): number;
  noteExecutors(known: readonly KnownExecutor[]): void;
  /** Those heard since a time, the latest first. */
  knownExecutors(sinceMs: number, most: number): readonly KnownExecutor[];
  /** Forgets what is older, but for the newest word on each that still sells; inside `write`. */
  pruneTerms(beforeMs: number): void;
}

const LATEST = `SELECT * FROM observed_terms AS t WHERE executor = :executor AND at_ms =
  (SELECT max(at_ms) FROM observed_terms WHERE executor = t.executor AND model_hash = t.model_hash)`;
const ADD = `INSERT OR REPLACE INTO observed_terms (executor, model_hash, at_ms, model, inbound_price, outbound_price,
  max_context, capacity, weights_hash, evidence) VALUES (:executor, :modelHash, :atMs, :model, :inboundPrice,
  :outboundPrice, :maxContext, :capacity, :weightsHash, :evidence)`;
const OF_MODEL = `SELECT * FROM observed_terms WHERE model_hash = :modelHash AND at_ms >= :sinceMs
  ORDER BY at_ms DESC, executor LIMIT :most`;
const COUNT = "SELECT count(*) AS rows FROM observed_terms WHERE model_hash = :modelHash AND at_ms >= :sinceMs";
const NOTE = `INSERT OR REPLACE INTO observed_executors (executor, peer_id, multiaddrs, heard_at_ms)
  VALUES (:executor, :peerId, :multiaddrs, :heardAtMs)`;
const PRUNE_EXECUTORS = "DELETE FROM observed_executors WHERE heard_at_ms < :before";
const KNOWN = "SELECT * FROM observed_executors WHERE heard_at_ms >= :sinceMs ORDER BY heard_at_ms DESC LIMIT :most";
const PRUNE = `DELETE FROM observed_terms AS t WHERE at_ms < :before AND (inbound_price IS NULL OR at_ms <
  (SELECT max(at_ms) FROM observed_terms WHERE executor = t.executor AND model_hash = t.model_hash))`;

const NO_HASH: Hex = `0x${"00".repeat(32)}`;

/** Opens it. */
export const openTermsLog = (db: Database): TermsLog => ({
  latestTerms: (executor) => db.all(LATEST, { executor }).map(changeOf),
  addTerms: (changes) => {
    db.write(() => changes.forEach((change) => void db.run(ADD, rowOf(change))), { synced: false });
  },
  termsOfModel: (modelHash, sinceMs, most) => db.all(OF_MODEL, { modelHash, sinceMs, most }).map(changeOf),
  countTermsOfModel: (modelHash, sinceMs) => encoding.numberOf(db.get(COUNT, { modelHash, sinceMs }) ?? {}, "rows"),
  noteExecutors: (known) => {
    const note = ({ executor, peerId, multiaddrs, heardAtMs }: KnownExecutor) =>
      db.run(NOTE, { executor, peerId, multiaddrs: JSON.stringify(multiaddrs), heardAtMs });
    db.write(() => known.forEach((one) => void note(one)), { synced: false });
  },
  knownExecutors: (sinceMs, most) => db.all(KNOWN, { sinceMs, most }).map(executorOf),
  pruneTerms: (before) => {
    db.run(PRUNE, { before });
    db.run(PRUNE_EXECUTORS, { before });
  },
});

const rowOf = ({ executor, model, modelHash, atMs, terms }: TermsChange) => ({
  ...{ executor, model, modelHash, atMs },
  inboundPrice: terms === undefined ? null : encoding.encodeInteger(terms.inboundPrice),
  outboundPrice: terms === undefined ? null : encoding.encodeInteger(terms.outboundPrice),
  maxContext: Number(terms?.maxContext ?? 0n),
  capacity: terms?.capacity ?? 0,
  weightsHash: terms?.weightsHash ?? NO_HASH,
  evidence: terms?.evidence ?? "",
});

function changeOf(row: encoding.Row): TermsChange {
  const terms = row["inbound_price"] === null ? undefined : termsOf(row);
  return {
    ...{ executor: encoding.addressOf(row, "executor"), model: encoding.textOf(row, "model") },
    ...{ modelHash: encoding.hexOf(row, "model_hash"), atMs: encoding.numberOf(row, "at_ms"), terms },
  };
}

const termsOf = (row: encoding.Row): Terms => ({
  inboundPrice: encoding.integerOf(row, "inbound_price"),
  outboundPrice: encoding.integerOf(row, "outbound_price"),
  maxContext: BigInt(encoding.numberOf(row, "max_context")),
  capacity: encoding.numberOf(row, "capacity"),
  weightsHash: encoding.hexOf(row, "weights_hash"),
  evidence: encoding.textOf(row, "evidence"),
});

const executorOf = (row: encoding.Row): KnownExecutor => ({
  executor: encoding.addressOf(row, "executor"),
  peerId: encoding.textOf(row, "peer_id"),
  multiaddrs: JSON.parse(encoding.textOf(row, "multiaddrs")),
  heardAtMs: encoding.numberOf(row, "heard_at_ms"),
});

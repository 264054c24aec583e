import { createHash, randomBytes } from "node:crypto";
import { LloomError } from "../../errors.ts";
import type { Database } from "../database/database.ts";
import * as encoding from "../database/encoding.ts";

/** Over what a budget lasts: all of a key's life, or each day or calendar month of UTC. */
export type BudgetPeriod = "total" | "day" | "month";

/** What a key may do; what is left out has no limit. */
export interface KeyTerms {
  readonly name: string;
  /** Tokens of payment, decimal. */
  readonly budget: { readonly amount: string; readonly period: BudgetPeriod } | undefined;
  readonly models: readonly string[] | undefined;
  /** Requests. */
  readonly perMinute: number | undefined;
  readonly expiresAtMs: number | undefined;
}

/** A key as it is kept: without its secret. */
export interface ApiKey extends KeyTerms {
  readonly id: number;
  /** The secret's end, by which people tell keys apart. */
  readonly hint: string;
  readonly madeAtMs: number;
  readonly revokedAtMs: number | undefined;
}

/** What a call names its key by. */
export type KeyName = { readonly secret: string } | { readonly id: number };

/** Whether a key lets in. */
export function keyState({ expiresAtMs, revokedAtMs }: ApiKey, nowMs: number): "active" | "expired" | "revoked" {
  if (revokedAtMs !== undefined) return "revoked";
  return expiresAtMs === undefined || nowMs < expiresAtMs ? "active" : "expired";
}

/** The API keys of a gateway. Each is read anew whenever it is asked for: another process may write them. */
export interface ApiKeys {
  /** Whether one was ever made; one that is revoked counts. */
  hasAny(): boolean;
  bySecret(secret: string): ApiKey | undefined;
  byId(id: number): ApiKey | undefined;
  /** The one that has a name, or had it last. */
  byName(name: string): ApiKey | undefined;
  /** All, in the order in which they were made. */
  list(): readonly ApiKey[];
  /** Throws COMMAND_INVALID for a name that is taken. */
  add(terms: KeyTerms, secret: string, nowMs: number): ApiKey;
  /** Whether it could be used until now. */
  revoke(id: number, nowMs: number): boolean;
}

const PREFIX = "sk-lloom-";
const SECRET_BYTES = 32;
const HINT_LENGTH = 4;

/** A new secret of 256 random bits. */
export const newSecret = (): string => `${PREFIX}${randomBytes(SECRET_BYTES).toString("base64url")}`;

/**
 * What is kept of a secret. One pass of SHA-256 is enough: slow hashes make it dear to try likely passwords, and of 256 random bits none
 * is likelier than another. Looking it up by its digest tells whoever measures the time nothing of the secret either.
 */
export const secretDigest = (secret: string): string => `0x${createHash("sha256").update(secret).digest("hex")}`;

/** The secret's end, by which people tell keys apart. */
export const hintOf = (secret: string): string => secret.slice(-HINT_LENGTH);

const ANY = "SELECT 1 FROM api_keys LIMIT 1";
const BY_DIGEST = "SELECT * FROM api_keys WHERE digest = :digest";
const BY_ID = "SELECT * FROM api_keys WHERE id = :id";
const BY_NAME = "SELECT * FROM api_keys WHERE name = :name ORDER BY revoked_at_ms IS NULL DESC, id DESC LIMIT 1";
const ALL = "SELECT * FROM api_keys ORDER BY id";
const TAKEN = "SELECT 1 FROM api_keys WHERE name = :name AND revoked_at_ms IS NULL";
const ADD = `INSERT INTO api_keys (name, digest, hint, budget, period, models, per_minute, made_at_ms, expires_at_ms)
  VALUES (:name, :digest, :hint, :budget, :period, :models, :perMinute, :nowMs, :expiresAtMs)`;
const REVOKE = "UPDATE api_keys SET revoked_at_ms = :nowMs WHERE id = :id AND revoked_at_ms IS NULL";

/** Opens them. */
export function openApiKeys(db: Database): ApiKeys {
  const one = (sql: string, values: Readonly<Record<string, string | number>>): ApiKey | undefined => {
    const row = db.get(sql, values);
    return row && keyOf(row);
  };
  return {
    hasAny: () => db.get(ANY) !== undefined,
    bySecret: (secret) => one(BY_DIGEST, { digest: secretDigest(secret) }),
    byId: (id) => one(BY_ID, { id }),
    byName: (name) => one(BY_NAME, { name }),
    list: () => db.all(ALL).map(keyOf),
    add: ({ name, budget, models, perMinute, expiresAtMs }, secret, nowMs) =>
      db.write(() => {
        if (db.get(TAKEN, { name }) !== undefined) throw nameTaken(name);
        const digest = secretDigest(secret);
        db.run(ADD, {
          ...{ name, digest, nowMs, hint: hintOf(secret) },
          ...{ budget: budget?.amount ?? null, period: budget?.period ?? null },
          models: models === undefined ? null : JSON.stringify(models),
          ...{ perMinute: perMinute ?? null, expiresAtMs: expiresAtMs ?? null },
        });
        return keyOf(db.get(BY_DIGEST, { digest }) ?? {});
      }),
    revoke: (id, nowMs) => db.write(() => db.run(REVOKE, { id, nowMs })) > 0,
  };
}

/** A name that a key in force has. */
export const nameTaken = (name: string): LloomError =>
  new LloomError("COMMAND_INVALID", `There is a key with the name "${name}".`, {
    next: `Give another name, or revoke that one first: lloom keys revoke ${name}`,
  });

/** Of a row of keys. */
export function keyOf(row: encoding.Row): ApiKey {
  const given = (column: string): number | undefined =>
    row[column] === null ? undefined : encoding.numberOf(row, column);
  return {
    id: encoding.numberOf(row, "id"),
    name: encoding.textOf(row, "name"),
    hint: encoding.textOf(row, "hint"),
    budget:
      row["budget"] === null
        ? undefined
        : { amount: encoding.textOf(row, "budget"), period: encoding.textOf(row, "period") as BudgetPeriod },
    models: row["models"] === null ? undefined : JSON.parse(encoding.textOf(row, "models")),
    perMinute: given("per_minute"),
    madeAtMs: encoding.numberOf(row, "made_at_ms"),
    expiresAtMs: given("expires_at_ms"),
    revokedAtMs: given("revoked_at_ms"),
  };
}

import type { TokenUnit } from "@lloom/protocol/amounts";
import type { Database } from "./database.ts";

const NAME = "paid_token";

/** Notes what amounts of this file are in, for whoever reads it without a chain. */
export function notePaidToken(db: Database, { symbol, decimals }: TokenUnit): void {
  const value = JSON.stringify({ symbol, decimals });
  db.write(() =>
    db.run("INSERT INTO facts (name, value) VALUES (:name, :value) ON CONFLICT DO UPDATE SET value = :value", {
      name: NAME,
      value,
    }),
  );
}

/** What was noted. */
export function paidToken(db: Database): TokenUnit | undefined {
  const { value } = db.get("SELECT value FROM facts WHERE name = :name", { name: NAME }) ?? {};
  return typeof value === "string" ? JSON.parse(value) : undefined;
}

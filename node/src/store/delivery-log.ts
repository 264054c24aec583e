import type { Hex } from "@lloom/protocol/commitment-types";
import type { Database } from "./database.ts";
import * as encoding from "./encoding.ts";

/** What opens the hashes of a response. */
export interface Delivery {
  readonly contentSalt: Hex;
  /** UTF-8 of all text that was put on the wire. */
  readonly delivered: Uint8Array;
  /** Leaves of its trace, packed; empty without one. */
  readonly trace: Uint8Array;
}

const DELIVERY = "SELECT content_salt, delivered, trace FROM deliveries WHERE request_hash = :requestHash";
const DELIVER = `INSERT INTO deliveries (request_hash, content_salt, delivered, trace, answered_at_ms)
  VALUES (:requestHash, :contentSalt, :delivered, :trace, :answeredAtMs)`;

/** Keeps what was delivered, encrypted, until `pruneDeliveries`; inside `write`. */
export function saveDelivery(
  db: Database,
  { requestHash, contentSalt, delivered, trace, answeredAtMs }: Delivery & { requestHash: Hex; answeredAtMs: number },
): void {
  db.run(DELIVER, {
    ...{ requestHash, contentSalt, answeredAtMs },
    delivered: db.cipher.encrypt(delivered, deliveryName(requestHash)),
    trace: trace.length === 0 ? null : db.cipher.encrypt(trace, traceName(requestHash)),
  });
}

/** What was delivered, while it is kept. */
export function deliveryOf(db: Database, requestHash: Hex): Delivery | undefined {
  const row = db.get(DELIVERY, { requestHash });
  if (row === undefined) return undefined;
  const decrypt = (column: "delivered" | "trace", name: string): Uint8Array =>
    db.cipher.decrypt(encoding.bytesOf(row, column), name);
  return {
    contentSalt: encoding.hexOf(row, "content_salt"),
    delivered: decrypt("delivered", deliveryName(requestHash)),
    trace: row["trace"] === null ? new Uint8Array() : decrypt("trace", traceName(requestHash)),
  };
}

/** Forgets what was answered before; inside `write`. */
export function pruneDeliveries(db: Database, beforeMs: number): void {
  db.run("DELETE FROM deliveries WHERE answered_at_ms < :beforeMs", { beforeMs });
}

/** By which a delivery's text is encrypted; the tables' second version says the same. */
const deliveryName = (requestHash: Hex): string => `delivery ${requestHash}`;
/** Another name, so that a trace never passes for the text. */
const traceName = (requestHash: Hex): string => `trace ${requestHash}`;

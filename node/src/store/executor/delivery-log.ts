import type { Hex } from "@lloom/protocol/commitment-types";
import type { OpenedPrompt } from "@lloom/protocol/opened-prompt";
import type { Database } from "../database/database.ts";
import * as encoding from "../database/encoding.ts";
import { decryptPrompt, encryptPrompt } from "../database/kept-prompt.ts";

/** What opens the hashes of a request and its response. */
export interface Delivery {
  readonly contentSalt: Hex;
  /** UTF-8 of all text that was put on the wire. */
  readonly delivered: Uint8Array;
  /** Leaves of its trace, packed; empty without one. */
  readonly trace: Uint8Array;
  /** Absent in what versions before kept. */
  readonly prompt?: OpenedPrompt | undefined;
}

const DELIVERY = "SELECT content_salt, delivered, trace, prompt FROM deliveries WHERE request_hash = :requestHash";
const DELIVER = `INSERT INTO deliveries (request_hash, content_salt, delivered, trace, prompt, answered_at_ms)
  VALUES (:requestHash, :contentSalt, :delivered, :trace, :prompt, :answeredAtMs)`;

/** Keeps what was delivered, encrypted, until `pruneDeliveries`; inside `write`. */
export function saveDelivery(
  db: Database,
  {
    requestHash,
    contentSalt,
    delivered,
    trace,
    prompt,
    answeredAtMs,
  }: Delivery & { requestHash: Hex; answeredAtMs: number },
): void {
  db.run(DELIVER, {
    ...{ requestHash, contentSalt, answeredAtMs },
    delivered: db.cipher.encrypt(delivered, deliveryName(requestHash)),
    trace: trace.length === 0 ? null : db.cipher.encrypt(trace, traceName(requestHash)),
    prompt: prompt === undefined ? null : encryptPrompt(db.cipher, requestHash, prompt),
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
    prompt: row["prompt"] === null ? undefined : decryptPrompt(db.cipher, requestHash, encoding.bytesOf(row, "prompt")),
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

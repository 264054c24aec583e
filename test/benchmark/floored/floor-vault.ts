import { createHash, randomBytes } from "node:crypto";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { CompactSignature, Hex } from "@lloom/protocol/commitment-types";
import { GroupCommit } from "../../../node/src/store/database/group-commit.ts";
import { identityFromSecret } from "../../../node/src/wallet/identity.ts";
import { recoverAddress } from "../../../node/src/wallet/recover.ts";

/** A key and a log: what no answer can be signed without. */
export class FloorVault {
  readonly #identity = identityFromSecret(randomBytes(32));
  readonly #insert: (bytes: Uint8Array) => void;
  readonly #commits: GroupCommit;

  constructor(dir: string, name: string) {
    const path = join(dir, `${name}.sqlite`);
    const db = new DatabaseSync(path);
    db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; CREATE TABLE kept (id INTEGER PRIMARY KEY, body)");
    const insert = db.prepare("INSERT INTO kept (body) VALUES (?)");
    this.#insert = (bytes) => void insert.run(bytes);
    this.#commits = new GroupCommit(`${path}-wal`);
  }

  /** One row in a transaction of its own, which the disk may have later. */
  keep(bytes: Uint8Array): void {
    this.#insert(bytes);
  }

  /** One row, on the disk once this resolves; those who wait share a sync. */
  keepOnDisk(bytes: Uint8Array): Promise<void> {
    this.#insert(bytes);
    return this.#commits.sync();
  }

  /** One signature made. */
  sign(bytes: Uint8Array): CompactSignature {
    return this.#identity.sign(digestOf(bytes));
  }

  /** One signature checked, whoever made it. */
  check(bytes: Uint8Array, signature: CompactSignature): void {
    if (recoverAddress(digestOf(bytes), signature) === undefined) throw new Error("A signature of the floor is wrong.");
  }
}

const digestOf = (bytes: Uint8Array): Hex => `0x${createHash("sha256").update(bytes).digest("hex")}`;

/** Of r and vs. */
const SIGNATURE_BYTES = 64;

/** Bytes behind their signature. */
export const signed = ({ r, vs }: CompactSignature, bytes: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from(r.slice(2) + vs.slice(2), "hex"), bytes]);

/** The same again. */
export function opened(bytes: Buffer): { readonly signature: CompactSignature; readonly body: Buffer } {
  const word = (at: number): Hex => `0x${bytes.toString("hex", at, at + 32)}`;
  return { signature: { r: word(0), vs: word(32) }, body: bytes.subarray(SIGNATURE_BYTES) };
}

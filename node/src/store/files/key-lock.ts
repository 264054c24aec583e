import { createHash } from "node:crypto";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { LloomError } from "../../errors.ts";
import { takeLock } from "./lock.ts";
import { makePrivateDirectory } from "./private-directory.ts";

export interface KeyLockOptions {
  /** The key and where it works: chain, contract, account. */
  readonly scope: string;
  /** What it is locked for, as a person says it: "an executor". */
  readonly role: string;
  /** Where the locks of this machine's user are. */
  readonly directory?: string;
}

const directoryOfUser = (): string => join(tmpdir(), `lloom-${userInfo().uid}`);

/**
 * Lets one process of this machine's user work with a key, whichever data directory it has: a copied directory has a lock of
 * its own, but not another key. Processes of other users, containers and machines are not seen; the network tells of those.
 * Throws KEY_IN_USE; STORE_FAILED when no lock can be made.
 */
export function lockKey({ scope, role, directory = directoryOfUser() }: KeyLockOptions): Disposable {
  makePrivateDirectory(directory);
  const path = join(directory, `${createHash("sha256").update(`${role} ${scope}`).digest("hex").slice(0, 32)}.lock`);
  const lock = takeLock(path, (cause) => {
    throw new LloomError("KEY_IN_USE", `Another process on this machine already runs ${role} with this key.`, {
      cause,
      next: `Stop it first: the process that holds ${path}. Two with one key answer for each other's lanes and cost each other money.`,
      details: { lock: path },
    });
  });
  return { [Symbol.dispose]: () => lock.close() };
}

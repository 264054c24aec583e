import { createHash } from "node:crypto";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { LloomError } from "../../errors.ts";
import { takeLock } from "./lock.ts";
import { makePrivateDirectory } from "./private-directory.ts";

/** What a key is locked for, as a person says it, with what to do about another that has it. */
const ROLES = {
  "an executor":
    "Stop it first. Two with one key refuse requests of each other's lanes, and promise the same money twice.",
  "a validator": "Stop it first. Two with one key get in the way of each other's transactions, reports and votes.",
  "a command that moves money":
    "Wait until it has ended, or stop it, and run this one again. Two at once could send a transaction in the other's place.",
} as const;

export interface KeyLockOptions {
  /** The key and where it works: chain, contract, account. */
  readonly scope: string;
  readonly role: keyof typeof ROLES;
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
  const lock = takeLock(path, ({ cause, pid }) => {
    throw new LloomError("KEY_IN_USE", `Another process on this machine already runs ${role} with this key.`, {
      cause,
      next: `${pid === undefined ? `It holds ${path}` : `It is process ${pid}`}. ${ROLES[role]}`,
      details: { lock: path, ...(pid !== undefined && { process: pid }) },
    });
  });
  return { [Symbol.dispose]: () => lock.close() };
}

import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { LloomError } from "../../errors.ts";

/** A call whose transactions may be on their way. */
export interface SentCall {
  /** What it does: the same again is the same call. */
  readonly intent: string;
  readonly nonce: number;
  /** A block from before it was sent. */
  readonly fromBlock: number;
  /** Every hash that was signed for the nonce. */
  readonly hashes: readonly Hex[];
  /** Unix milliseconds of the first one. */
  readonly sentAtMs: number;
}

/**
 * Remembers calls from before their first transaction is sent until their end is known. Whoever asks for the same call
 * again meanwhile, also after a restart, goes on with it and does not make it twice.
 */
export interface SendJournal {
  find(intent: string): SentCall | undefined;
  /** Kept for good when it returns. */
  write(call: SentCall): void;
  remove(call: Pick<SentCall, "nonce">): void;
}

/** Remembers for as long as the process lives. */
export function memoryJournal(): SendJournal {
  const calls = new Map<number, SentCall>();
  return {
    find: (intent) => [...calls.values()].find((call) => call.intent === intent),
    write: (call) => void calls.set(call.nonce, call),
    remove: ({ nonce }) => void calls.delete(nonce),
  };
}

/** Remembers in a directory, a file per nonce of an account on a chain. Throws STORE_FAILED. */
export function fileJournal(directory: string, scope: { chainId: bigint; account: Address }): SendJournal {
  const prefix = `${scope.chainId}-${scope.account}-`;
  const pathOf = (nonce: number): string => join(directory, `${prefix}${nonce}.json`);
  return stored(directory, {
    find: (intent) =>
      readdirSync(directory)
        .filter((name) => name.startsWith(prefix) && name.endsWith(".json"))
        .map((name) => readCall(join(directory, name)))
        .find((call) => call?.intent === intent),
    write: (call) => writeDurably(pathOf(call.nonce), JSON.stringify(call)),
    remove: ({ nonce }) => rmSync(pathOf(nonce), { force: true }),
  });
}

function stored(directory: string, { find, write, remove }: SendJournal): SendJournal {
  const guarded = <T>(work: () => T): T => {
    try {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      return work();
    } catch (cause) {
      throw new LloomError("STORE_FAILED", `${directory} cannot be used: ${(cause as Error).message}.`, { cause });
    }
  };
  return {
    find: (intent) => guarded(() => find(intent)),
    write: (call) => guarded(() => write(call)),
    remove: (call) => guarded(() => remove(call)),
  };
}

/** A file that is no call is not ours to read or to delete. */
function readCall(path: string): SentCall | undefined {
  try {
    const call: Partial<SentCall> = JSON.parse(readFileSync(path, "utf8"));
    const isCall = typeof call.nonce === "number" && Array.isArray(call.hashes);
    return isCall ? (call as SentCall) : undefined;
  } catch {
    return undefined;
  }
}

/** Old or new after a crash, never half. */
function writeDurably(path: string, text: string): void {
  const fresh = `${path}.new`;
  writeFileSync(fresh, text, { mode: 0o600, flush: true });
  renameSync(fresh, path);
}

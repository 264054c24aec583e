import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { jsonText } from "@lloom/protocol/json-text";
import { z } from "@lloom/protocol/zod";
import { isHexString, keccak256, toUtf8Bytes } from "ethers";
import { LloomError } from "../../errors.ts";
import type { ContractCall } from "../contract-call.ts";

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
  /** What was signed, so that a later run goes on with this and nothing else; earlier versions did not note it. */
  readonly call?: SignedCall | undefined;
}

/** What a transaction does, apart from its nonce and its fees. */
export interface SignedCall extends Pick<ContractCall, "to" | "data" | "gasLimit"> {
  readonly value: bigint;
}

/** A call under a nonce: another one may come under the same, where the server has lost the first before it was mined. */
export type CallPlace = Pick<SentCall, "intent" | "nonce">;

/**
 * Remembers calls from before their first transaction is sent until their end is known. Whoever asks for the same call
 * again meanwhile, also after a restart, goes on with it and does not make it twice.
 */
export interface SendJournal {
  find(intent: string): SentCall | undefined;
  /** All of them, whatever they do. */
  list(): readonly SentCall[];
  /** Kept for good when it returns. */
  write(call: SentCall): void;
  remove(call: CallPlace): void;
}

/** Remembers for as long as the process lives. */
export function memoryJournal(): SendJournal {
  const calls = new Map<string, SentCall>();
  const keyOf = ({ intent, nonce }: CallPlace): string => `${nonce} ${intent}`;
  return {
    find: (intent) => [...calls.values()].find((call) => call.intent === intent),
    list: () => [...calls.values()],
    write: (call) => void calls.set(keyOf(call), call),
    remove: (call) => void calls.delete(keyOf(call)),
  };
}

/** Remembers in a directory, a file for each call under a nonce of an account on a chain. Throws STORE_FAILED. */
export function fileJournal(directory: string, scope: { chainId: bigint; account: Address }): SendJournal {
  const prefix = `${scope.chainId}-${scope.account}-`;
  const pathOf = ({ intent, nonce }: CallPlace): string =>
    join(directory, `${prefix}${nonce}-${keccak256(toUtf8Bytes(intent)).slice(2, 18)}.json`);
  const kept = (): { path: string; call: SentCall | undefined }[] =>
    readdirSync(directory)
      .filter((name) => name.startsWith(prefix) && name.endsWith(".json"))
      .map((name) => ({ path: join(directory, name), call: readCall(join(directory, name)) }));
  return stored(directory, {
    find: (intent) => kept().find(({ call }) => call?.intent === intent)?.call,
    list: () => kept().flatMap(({ call }) => call ?? []),
    write: (call) => writeDurably(pathOf(call), jsonText(call)),
    // By what they say: earlier versions had a file for each nonce.
    remove: ({ intent, nonce }) => {
      for (const { path, call } of kept())
        if (call?.intent === intent && call.nonce === nonce) rmSync(path, { force: true });
    },
  });
}

function stored(directory: string, { find, list, write, remove }: SendJournal): SendJournal {
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
    list: () => guarded(list),
    write: (call) => guarded(() => write(call)),
    remove: (call) => guarded(() => remove(call)),
  };
}

/** What this and earlier versions wrote; amounts are decimal text. */
const callSchema = z.object({
  intent: z.string(),
  nonce: z.number(),
  fromBlock: z.number(),
  hashes: z.array(z.custom<Hex>(isHexString)),
  sentAtMs: z.number(),
  call: z
    .object({
      to: z.custom<Address>(isHexString),
      data: z.custom<Hex>(isHexString),
      value: z.coerce.bigint(),
      gasLimit: z.coerce.bigint(),
    })
    .optional(),
});

/** A file that is no call is not ours to read or to delete. */
function readCall(path: string): SentCall | undefined {
  try {
    return callSchema.parse(JSON.parse(readFileSync(path, "utf8")));
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

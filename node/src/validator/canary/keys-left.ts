import type { Address } from "@lloom/protocol/commitment-types";
import type { CanaryShift, KeysLeft } from "../../store/validator/canary-shift-log.ts";
import { keysFor } from "./canary-keys.ts";

/** Whom a key has not asked, while nobody is there to be asked. */
const ANYBODY: Address = `0x${"00".repeat(20)}`;

/**
 * How many keys may still ask any of these executors, and how many of those none may ask any more: a key serves so often, and asks nobody
 * twice. Of money it says nothing.
 */
export function keysLeft(
  executors: readonly Address[],
  asked: {
    readonly keys: number;
    readonly shifts: readonly CanaryShift[];
    readonly most: (key: number) => number;
  },
): KeysLeft {
  const asking = new Set<number>();
  let unaskable = 0;
  for (const executor of new Set(executors.length === 0 ? [ANYBODY] : executors)) {
    const keys = keysFor(executor, { ...asked, random: () => 0 });
    if (keys.length === 0 && executors.length > 0) unaskable += 1;
    for (const key of keys) asking.add(key);
  }
  return { keys: asked.keys, left: asking.size, unaskable };
}

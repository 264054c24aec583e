/** The keys that ask canaries: which there are, and which of them asks whom. */
import { hkdfSync } from "node:crypto";
import type { Address } from "@lloom/protocol/commitment-types";
import type { CommitmentDomain } from "@lloom/protocol/commitments";
import type { CanaryShift } from "../../store/validator/canary-shift-log.ts";
import { type Identity, identityFromSecret } from "../../wallet/identity.ts";
import type { Random } from "./draw.ts";

/** Of keys that have served, the share that then rests for good, as some clients do not come back; and when each does. */
const RESTS = 1 / 4;
const MOST_SHIFTS = 16;
/** Keys that a validator may have. */
export const MOST_KEYS = 4_096;
const KEY_BYTES = 32;

/**
 * A canary key by its number. All follow from the validator's secret, one way: nothing has to be kept or can be lost, and nobody
 * without that secret sees that two of them, or one and the validator, belong together.
 */
export function canaryIdentity(secret: Uint8Array, { chainId, accounting }: CommitmentDomain, key: number): Identity {
  const place = `${chainId}/${accounting.toLowerCase()}/${key}`;
  return identityFromSecret(new Uint8Array(hkdfSync("sha256", secret, "lloom/canary-key/1", place, KEY_BYTES)));
}

/** How many executors and epochs a key serves: drawn, or a fixed number would be a mark of its own. Follows from its secret. */
export function shiftsOf({ secret }: Identity): number {
  const [number = 0] = new Uint32Array(hkdfSync("sha256", secret, "lloom/canary-shifts/1", "", 4));
  const drawn = Math.log((number + 1) / 2 ** 32) / Math.log(1 - RESTS);
  return Math.min(MOST_SHIFTS, 1 + Math.floor(drawn));
}

/**
 * Which keys may ask an executor in a new epoch, the one to try first in front: those that have never asked it, since reports tell
 * when somebody was audited, and who asked in all these epochs would be found; in a drawn order, since another could be learnt.
 */
export function keysFor(
  executor: Address,
  {
    keys,
    shifts,
    most,
    random,
  }: {
    readonly keys: number;
    readonly shifts: readonly CanaryShift[];
    /** Shifts of a key. */
    readonly most: (key: number) => number;
    readonly random: Random;
  },
): number[] {
  const all = Array.from({ length: keys }, (_, key) => key);
  return all
    .filter((key) => {
      const served = shifts.filter((shift) => shift.key === key);
      return served.length < most(key) && !served.some((shift) => shift.executor === executor);
    })
    .map((key) => ({ key, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ key }) => key);
}

/**
 * By which vocabulary a juror counts an answer again. The profile that both signed may name one; the weights make one, byte for byte,
 * for whoever has them.
 *
 * The name is the executor's own word, by which its client has to count, since only the weights could refute it: so it binds its
 * author. An honest executor cannot name another than its weights make.
 */
import { type Hex, ZERO_HASH } from "./commitment-types.ts";
import { parseProfile } from "./profile.ts";

export interface KnownOfVocabulary {
  /** SHA-256 of the vocabulary that the signed weights make; `undefined` without them. */
  readonly made: Hex | undefined;
  /** As the request binds it. */
  readonly profileHash: Hex;
  /** Its text, held against the hash; `undefined` if nobody shows it. */
  readonly profile: string | undefined;
}

/**
 * `misnamed`: nothing has to be counted. `weights`: by what they make; `canClear` if it is known that no other was named. `named`: by
 * what was named, which can convict whoever named it and clear nobody, since nobody here knows whether it is right. `nothing`: neither
 * is to be had.
 */
export type CountingBy =
  | { readonly by: "misnamed" }
  | { readonly by: "weights"; readonly canClear: boolean }
  | { readonly by: "named"; readonly vocabulary: Hex }
  | { readonly by: "nothing" };

/** By what to count. */
export function countingBy({ made, profileHash, profile }: KnownOfVocabulary): CountingBy {
  const promised = profile === undefined ? undefined : parseProfile(profile);
  const named = promised?.vocabulary;
  if (made === undefined) return named === undefined ? { by: "nothing" } : { by: "named", vocabulary: named };
  if (named !== undefined && named !== made) return { by: "misnamed" };
  // Who shows it to some jurors only would have those fined who did not see what it says.
  return { by: "weights", canClear: promised !== undefined || profileHash === ZERO_HASH };
}

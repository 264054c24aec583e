import type { Address } from "@lloom/protocol/commitment-types";
import { LloomError } from "../../errors.ts";
import { BoundedMap } from "../../primitives/bounded-map.ts";
import { type SteadyClock, steadyClock } from "../../primitives/clock.ts";
import { TokenBucket } from "../../primitives/token-bucket.ts";
import type { Chain } from "../chain.ts";
import { readSigner } from "../reads.ts";

/** How long a session signer that was in force is taken for one; a revoked one stays good for the unlock delay. */
const SIGNER_MEMORY_MS = 60_000;
const MOST_SIGNERS = 10_000;

/** How long an address that signs for nobody is taken for that: it may have its transaction on the way. */
const NOBODY_MEMORY_MS = 5_000;
/** Any signature over anything recovers to a new address: what asking for those may cost the chain's server. */
const STRANGERS = { perSecond: 20, burst: 40 } as const;

interface KnownSigner {
  /** Undefined for an address that signs for nobody. */
  readonly principal: Address | undefined;
  readonly untilMs: number;
}

/**
 * Whom addresses sign for; a signer that is thawing counts for nobody. Addresses that were never seen to sign for anybody
 * are asked for at a limited rate. Throws RATE_LIMITED above it, and what the chain throws.
 */
export function principalReader(
  chain: Chain,
  steady: SteadyClock = steadyClock,
): (signer: Address) => Promise<Address | undefined> {
  const known = new BoundedMap<Address, KnownSigner>({ most: MOST_SIGNERS });
  const reading = new Map<Address, Promise<Address | undefined>>();
  const strangers = new TokenBucket(STRANGERS);
  const read = async (signer: Address): Promise<Address | undefined> => {
    const session = await readSigner(chain, signer);
    const principal = session?.thawEnd === 0n ? session.principal : undefined;
    known.set(signer, {
      principal,
      untilMs: steady() + (principal === undefined ? NOBODY_MEMORY_MS : SIGNER_MEMORY_MS),
    });
    return principal;
  };
  return async (signer) => {
    const remembered = known.get(signer);
    if (remembered !== undefined && remembered.untilMs > steady()) return remembered.principal;
    const started = reading.get(signer);
    if (started !== undefined) return started;
    if (remembered?.principal === undefined && !strangers.take())
      throw new LloomError("RATE_LIMITED", "Too many requests are signed by addresses that are not known.");
    const asked = read(signer).finally(() => reading.delete(signer));
    reading.set(signer, asked);
    return asked;
  };
}

import type { Address } from "@lloom/protocol/commitment-types";
import type { Chain } from "../../chain/chain.ts";
import { readChannel, readLane, type SessionSigner } from "../../chain/reads.ts";
import { BoundedMap } from "../../primitives/bounded-map.ts";
import { type Clock, toSeconds } from "../../primitives/clock.ts";
import type { KnownChannel } from "./channel-cache.ts";

/** The channel of a client, with how far the chain's clock is ahead of this one. */
export async function readKnownChannel(
  chain: Chain,
  { client, executor, nowMs }: { readonly client: Address; readonly executor: Address; readonly nowMs: number },
): Promise<KnownChannel> {
  const [channel, chainSeconds] = await Promise.all([readChannel(chain, client, executor), chain.nowSeconds()]);
  const ahead = chainSeconds - toSeconds(nowMs);
  return { ...channel, skewSeconds: ahead > 0n ? ahead : 0n };
}

/** How long a session signer that was in force is taken for one; a revoked one stays good for the unlock delay. */
const SIGNER_MEMORY_MS = 60_000;
/** How long who signs for nobody is taken for that: an authorization counts a little later, and strangers cost few reads. */
const STRANGER_MEMORY_MS = 5_000;
const MOST_SIGNERS = 10_000;

interface KnownSigner {
  readonly principal: Promise<Address | undefined>;
  untilMs: number;
}

/** Whom addresses sign for; a signer that is thawing counts for nobody. Those who ask together share one read. */
export function principalReader(
  readSession: (signer: Address) => Promise<SessionSigner | undefined>,
  clock: Clock,
): (signer: Address) => Promise<Address | undefined> {
  const known = new BoundedMap<Address, KnownSigner>({ most: MOST_SIGNERS });
  return (signer) => {
    const remembered = known.get(signer);
    if (remembered !== undefined && remembered.untilMs > clock()) return remembered.principal;
    const principal = readSession(signer).then((session) => (session?.thawEnd === 0n ? session.principal : undefined));
    const entry: KnownSigner = { principal, untilMs: clock() + STRANGER_MEMORY_MS };
    known.set(signer, entry);
    principal.then(
      (found) => {
        if (found !== undefined) entry.untilMs = clock() + SIGNER_MEMORY_MS;
      },
      () => {
        entry.untilMs = 0;
      },
    );
    return principal;
  };
}

/** Lanes remembered; one that is forgotten is merely read again. */
const MOST_LANES = 100_000;

/**
 * Up to where the chain had settled a lane when this run first met it. The own log may be an older copy that does not know,
 * and an answer to what is settled would be work for nothing. Settlements of this run are in its own log.
 */
export function settledNonceReader(
  chain: Chain,
  executor: Address,
): (client: Address, lane: bigint) => Promise<bigint> {
  const known = new BoundedMap<string, bigint>({ most: MOST_LANES });
  return async (client, lane) => {
    const key = `${client}/${lane}`;
    const remembered = known.get(key);
    if (remembered !== undefined) return remembered;
    const { nonce } = await readLane(chain, { client, executor, lane });
    known.set(key, nonce);
    return nonce;
  };
}

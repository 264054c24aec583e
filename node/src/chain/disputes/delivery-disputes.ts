import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { type EnumName, enumName } from "@lloom/protocol/contract-enums";
import { deliveryDisputesFacts } from "@lloom/protocol/generated/facts";
import type { Chain } from "../chain.ts";
import { delivery } from "../contracts.ts";
import { readFor } from "../reads.ts";

/** A dispute about a delivery, as its contract has it. */
export interface DeliveryDispute {
  readonly state: DisputeState;
  readonly client: Address;
  readonly executor: Address;
  /** Posted the bond. */
  readonly opener: Address;
  readonly lane: bigint;
  readonly nonce: bigint;
  /** Chain seconds: the last one for everything but the end by deadline. */
  readonly revealBy: bigint;
  /** A part of the answer was revealed. */
  readonly isRevealing: boolean;
  /** Base units. */
  readonly paid: bigint;
  readonly penalty: bigint;
  /** Wei; zero once it is over. */
  readonly bond: bigint;
}

/** Where a dispute stands; `none` is not there, or not any more. */
export type DisputeState = Lowercase<EnumName<typeof deliveryDisputesFacts.State>>;

/** Answers longer than this can be revealed in several transactions only. */
export const CHUNKS_AT_ONCE = Number(deliveryDisputesFacts.CHUNKS_PER_REVEAL);
/** Answers longer than this cannot be revealed at all. */
export const MOST_CHUNKS = Number(deliveryDisputesFacts.MAX_CHUNKS);

async function ask(chain: Chain, to: Address, data: Hex): Promise<Hex> {
  return (await readFor("the dispute", chain.provider.call({ to, data }))) as Hex;
}

/** A dispute by its id, the response's digest. */
export async function readDispute(chain: Chain, disputes: Address, id: Hex): Promise<DeliveryDispute> {
  const answer = await ask(chain, disputes, delivery.encode("deliveries", [id]));
  const found = delivery.parsed.decodeFunctionResult("deliveries", answer);
  return {
    state: enumName(deliveryDisputesFacts.State, found["state"]).toLowerCase() as DisputeState,
    client: lowerCase(found["client"]),
    executor: lowerCase(found["executor"]),
    opener: lowerCase(found["opener"]),
    lane: found["lane"],
    nonce: found["nonce"],
    revealBy: found["revealBy"],
    isRevealing: found["revealing"],
    paid: found["paid"],
    penalty: found["penalty"],
    bond: found["bond"],
  };
}

/** After so long by the chain's clock no reorganisation takes the end of a dispute back. */
export const FINAL_SECONDS = 3_600n;

/** Wei to send along when a dispute is opened: base fees move until it is mined, and what is too much is credited. */
export async function bondToSend(chain: Chain, disputes: Address, outboundTokens: bigint): Promise<bigint> {
  return ((await readBond(chain, disputes, outboundTokens)) * 5n) / 4n;
}

/** Wei that opening a dispute asks for now. */
export async function readBond(chain: Chain, disputes: Address, outboundTokens: bigint): Promise<bigint> {
  return BigInt(await ask(chain, disputes, delivery.encode("bondFor", [outboundTokens])));
}

/** Which chunks of an answer were shown, a bit each. */
export async function readRevealed(
  chain: Chain,
  disputes: Address,
  { id, chunkCount }: { readonly id: Hex; readonly chunkCount: number },
): Promise<bigint> {
  return BigInt(await ask(chain, disputes, delivery.encode("revealedChunks", [id, chunkCount])));
}

/** Wei of bonds that an account can withdraw. */
export async function readBonds(chain: Chain, disputes: Address, account: Address): Promise<bigint> {
  return BigInt(await ask(chain, disputes, delivery.encode("bondsOf", [account])));
}

const lowerCase = (address: unknown): Address => String(address).toLowerCase() as Address;

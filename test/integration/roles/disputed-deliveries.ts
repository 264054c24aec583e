/** What tests of disputes about deliveries share: a dispute opened by hand, and everybody's money. */
import type { Hex, Receipt } from "@lloom/protocol/commitment-types";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import { EMPTY_LANE } from "@lloom/protocol/lane";
import { deliveryHash } from "@lloom/protocol/merkle";
import { allocate, senderOf } from "../../../node/src/chain/account/actions.ts";
import type { Chain } from "../../../node/src/chain/chain.ts";
import { openDisputeCall } from "../../../node/src/chain/disputes/delivery-calls.ts";
import {
  type DeliveryDispute,
  readBond,
  readBonds,
  readDispute,
} from "../../../node/src/chain/disputes/delivery-disputes.ts";
import { readDeposit, readMember, readTokenBalance } from "../../../node/src/chain/reads.ts";
import { createExchange } from "../../support/exchange.ts";
import type { Buyer, Member, Seller, World } from "./world.ts";
import { DOLLAR, until } from "./world.ts";

/** Seconds of an hour. */
export const HOUR = 3_600;

/** Digest of a receipt's response: the id of a dispute about it. */
export const idOf = (chain: Chain, { response }: Receipt): Hex =>
  createCommitmentHasher(chain.domain).hashResponse(response);

/** A client says that an answer never came, whatever its node thinks of that. Returns the dispute's id and its bond. */
export async function accuse(world: World, { chain }: Buyer, receipt: Receipt): Promise<{ id: Hex; bond: bigint }> {
  const disputes = world.deployment.deliveryDisputes;
  const asked = await readBond(chain, disputes, receipt.response.outboundTokens);
  await senderOf(chain).send(openDisputeCall(disputes, receipt, asked * 2n));
  const id = idOf(chain, receipt);
  return { id, bond: (await readDispute(chain, disputes, id)).bond };
}

/** Waits until a dispute stands so. */
export async function standing(
  world: World,
  { chain }: Member,
  id: Hex,
  state: DeliveryDispute["state"],
): Promise<DeliveryDispute> {
  const disputes = world.deployment.deliveryDisputes;
  await until(`the dispute is ${state}`, async () => (await readDispute(chain, disputes, id)).state === state);
  return readDispute(chain, disputes, id);
}

/** The chain's clock goes on by so many seconds. */
export async function later(world: World, seconds: number): Promise<void> {
  await world.chain.request("evm_increaseTime", seconds);
  await world.chain.request("evm_mine");
}

/** What somebody has, in base units; bonds in wei. */
export async function purse(world: World, { chain, identity }: Member) {
  const { address } = identity;
  const { credited } = await chain.contracts.stakeRegistry.rewards(address);
  return {
    wallet: await readTokenBalance(chain, address),
    deposit: await readDeposit(chain, address),
    stake: (await readMember(chain, address)).stake,
    /** Settled ever, less what was taken back. */
    settled: (await chain.contracts.accounting.earnings(address)).settled,
    rewards: credited,
    bonds: await readBonds(chain, world.deployment.deliveryDisputes, address),
    strikes: (await chain.contracts.accounting.executorStats(address)).disputesLost,
    lost: (await chain.contracts.accounting.clientStats(address)).disputesLost,
  };
}

/** Settles everything; resolves when the chain has paid. */
export const settleAll = ({ executor }: Seller): Promise<void> => executor.settleNow(AbortSignal.timeout(30_000));

/** What an executor answers on chain alone. */
export const WITHHELD_TEXT = Buffer.from("The answer that was paid for.");

/** An executor that settles an answer which it never sent. */
export interface Withheld {
  readonly rogue: Member;
  readonly receipt: Receipt;
  /** Another answer to the same request. */
  readonly other: Receipt;
}

/** The client signs a request, as its log has it; the executor answers on chain alone. */
export async function withhold({ chain, identity, store }: Buyer, rogue: Member): Promise<Withheld> {
  await allocate(chain, rogue.identity.address, 5n * DOLLAR);
  const deadline = (await chain.nowSeconds()) + 600n;
  const exchange = createExchange({ domain: chain.domain, client: identity, executor: rogue.identity, deadline });
  const { lane } = store.reserveLane(rogue.identity.address);
  const asked = exchange.ask(EMPTY_LANE, { lane });
  const { request, requestHash, clientSignature } = asked;
  store.saveRequest({
    requestHash,
    request,
    signature: clientSignature,
    promptSalt: `0x${"5a".repeat(32)}`,
    sentAtMs: Date.now(),
  });
  const sign = (outbound: bigint): Receipt => {
    const right = exchange.answer(EMPTY_LANE, asked, { outbound }).response;
    const response = { ...right, deliveryHash: deliveryHash(WITHHELD_TEXT) };
    const executorSignature = rogue.identity.sign(exchange.hasher.hashResponse(response));
    return { request, response, clientSignature, executorSignature };
  };
  return { rogue, receipt: sign(80n), other: sign(79n) };
}

/** A member with an executor's stake, and no node. */
export async function rogueMember(world: World): Promise<Member> {
  const rogue = await world.join(await world.nextIdentity());
  await world.stake(rogue);
  return rogue;
}

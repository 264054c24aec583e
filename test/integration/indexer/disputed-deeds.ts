import type { Hex } from "@lloom/protocol/commitment-types";
import { deliveryChunks, deliveryHash, merkleProof } from "@lloom/protocol/merkle";
import { hexlify, type Wallet } from "ethers";
import { LANE_START, type LaneParties, requestAfter, responseTo, signPair } from "../../support/contracts/lane.ts";
import type { Market } from "../../support/contracts/market.ts";
import { encodeModel, hashRequest, signDigest } from "../../support/contracts/typed-data.ts";

const ANSWER_SECONDS = 12 * 3_600 + 1;
const ETHER = 10n ** 18n;
const TOKENS = { inboundTokens: 20n, outboundTokens: 400n };
/** Three chunks. */
const BYTES = new Uint8Array(9_000).fill(0x61);

/** How a staged delivery dispute ends. */
export type DeliveryEnd = "DELIVERED" | "REJECTED" | "CONCEDED" | "CANCELLED" | "DEFAULTED";
export const DELIVERY_ENDS: readonly DeliveryEnd[] = ["DELIVERED", "REJECTED", "CONCEDED", "CANCELLED", "DEFAULTED"];

/** Settles an answer, complains that it never came, and lets the dispute end so, or leaves it open. Returns its id. */
export async function disputeDelivery(
  market: Market,
  { client, executor, lane, end }: { client: Wallet; executor: Wallet; lane: bigint; end: DeliveryEnd | "OPEN" },
): Promise<Hex> {
  const { accounting, delivery, domain, networkHelpers } = market;
  const parties: LaneParties = { domain, client, executor, deadline: await market.deadline(), lane };
  const request = requestAfter(parties, LANE_START);
  const said = { ...responseTo(request, LANE_START, TOKENS), deliveryHash: deliveryHash(BYTES) };
  const { pair, response, responseHash } = signPair(parties, request, said);
  await accounting.send(executor, "settle", [pair]);
  await networkHelpers.time.increaseTo(parties.deadline + 1n);
  await delivery.pay(client, ETHER, "open", pair);
  const id = responseHash as Hex;
  if (end === "DELIVERED") {
    const chunks = deliveryChunks(BYTES);
    const all = chunks.map((data, index) => ({ index, data: hexlify(data), proof: merkleProof(chunks, index) }));
    await delivery.send(executor, "revealChunks", response, chunks.length, all.slice(0, 1));
    await delivery.send(executor, "revealChunks", response, chunks.length, all.slice(1));
  } else if (end === "REJECTED") {
    const later = requestAfter(parties, { ...LANE_START, nonce: 1n, cost: said.cumulativeCost, responseHash });
    const signature = signDigest(client, hashRequest(domain, later));
    await delivery.send(executor, "rebutByRequest", response, encodeModel(later), signature);
  } else if (end === "CONCEDED") await delivery.send(executor, "concede", id);
  else if (end === "CANCELLED") await delivery.send(client, "cancel", id);
  else if (end === "DEFAULTED") {
    await networkHelpers.time.increase(ANSWER_SECONDS);
    await delivery.send(executor, "poke", id);
  }
  return id;
}

import { DELIVERY_CHUNK_BYTES, merkleRoot } from "@lloom/protocol/merkle";
import { type ContractTransactionReceipt, getBytes, hexlify, keccak256 } from "ethers";
import { LANE_START, type LaneParties, requestAfter, responseTo, signPair } from "../support/contracts/lane.ts";
import type { Market } from "../support/contracts/market.ts";
import { figuresOf, gasOf } from "./figures.ts";
import type { GasFigure } from "./rows.ts";

const REVEAL_WINDOW_SECONDS = 12 * 3_600;
const KIB = 1_024;

/** Bytes without zeros, the same in every run: text has none either. */
function textOf(length: number): Uint8Array {
  const block = getBytes(keccak256("0x")).map((byte) => byte || 1);
  return Uint8Array.from({ length }, (_, index) => block[index % block.length] ?? 1);
}

const chunksOf = (answer: Uint8Array): Uint8Array[] =>
  Array.from({ length: Math.ceil(answer.length / DELIVERY_CHUNK_BYTES) }, (_, index) =>
    answer.subarray(index * DELIVERY_CHUNK_BYTES, (index + 1) * DELIVERY_CHUNK_BYTES),
  );

/** What disputing an answer costs the client, and what answering costs the executor, by the length of the answer. */
export async function measureDelivery(market: Market): Promise<GasFigure[]> {
  const { accounting, delivery, networkHelpers, domain } = market;
  const executor = await market.enrol("disputed executor");
  const client = await market.open("disputing client", executor.address);
  let lane = 0n;

  /** Settles the first answer of a new lane and disputes it. */
  const dispute = async (length: number) => {
    const parties: LaneParties = { domain, client, executor, deadline: await market.deadline(), lane: ++lane };
    const request = requestAfter(parties, LANE_START);
    const answer = textOf(length);
    const outboundTokens = BigInt(Math.ceil(length / 4));
    const { response, pair } = signPair(parties, request, {
      ...responseTo(request, LANE_START, { inboundTokens: 812n, outboundTokens }),
      deliveryHash: merkleRoot(chunksOf(answer)),
    });
    await accounting.send(executor, "settle", [pair]);
    const bond = (await delivery.read("flatBond")) as bigint;
    const opened = await delivery.pay(client, bond * 1_000n, "open", pair);
    return { opened, response, answer: hexlify(answer) };
  };
  const reveal = async (length: number): Promise<{ opened: number; revealed: ContractTransactionReceipt }> => {
    const { opened, response, answer } = await dispute(length);
    return { opened: gasOf(opened), revealed: await delivery.send(executor, "reveal", response, answer) };
  };

  await reveal(1); // The first dispute writes slots that are empty.
  const small = await reveal(4 * KIB);
  const large = await reveal(16 * KIB);
  await dispute(KIB);
  await networkHelpers.time.increase(REVEAL_WINDOW_SECONDS + 1);
  const first = delivery.events((await dispute(KIB)).opened).find(({ name }) => name === "DeliveryOpened");
  await networkHelpers.time.increase(REVEAL_WINDOW_SECONDS + 1);
  const ended = await delivery.send(client, "poke", first?.args["id"]);
  return [
    { name: "delivery.open", value: small.opened },
    ...(await figuresOf(market, "delivery.reveal@4KiB", small.revealed)),
    ...(await figuresOf(market, "delivery.reveal@16KiB", large.revealed)),
    { name: "delivery.default", value: gasOf(ended) },
  ];
}

import type { Address, Hex } from "@lloom/protocol/commitment-types";
import type { deliveryDisputesAbi } from "@lloom/protocol/generated/abi";
import { DELIVERY_CHUNK_BYTES } from "@lloom/protocol/merkle";
import { type Log as ChainLog, getBytes, zeroPadValue } from "ethers";
import type { Chain } from "../chain.ts";
import { delivery } from "../contracts.ts";
import { type EventsOf, eventOf, placeOf } from "../watch/events.ts";
import { readPastLogs } from "../watch/past-logs.ts";
import type { EventSource } from "../watch/watch.ts";

/** Every event of DeliveryDisputes. */
export type DeliveryEvent = EventsOf<typeof deliveryDisputesAbi>;
type Opened = Extract<DeliveryEvent, { readonly type: "DeliveryOpened" }>;

/** Which side of a dispute an account is on. */
export type DisputeSide = "client" | "executor";

const own = (account: Address): Hex => zeroPadValue(account, 32) as Hex;

/** Openings and ends of the disputes that an account is a party to. */
export const deliverySource = (disputes: Address, side: DisputeSide, account: Address): EventSource<DeliveryEvent> => ({
  address: [disputes],
  topics: side === "client" ? [null, null, own(account)] : [null, null, null, own(account)],
  decode: decodeDeliveryEvent,
});

/** Openings of everybody's disputes about deliveries. */
export const allDeliveries = (disputes: Address): EventSource<DeliveryEvent> => ({
  address: [disputes],
  topics: [delivery.topicOf("DeliveryOpened")],
  decode: decodeDeliveryEvent,
});

/** A log of DeliveryDisputes as an event; `undefined` for one that its ABI does not name. */
function decodeDeliveryEvent(log: ChainLog): DeliveryEvent | undefined {
  const parsed = delivery.parsed.parseLog(log);
  // Holds by construction: name and values come from the same ABI entry as the type.
  return parsed === null ? undefined : ({ ...eventOf(parsed), ...placeOf(log) } as DeliveryEvent);
}

/** Every dispute that was opened by or against an account, oldest first. Throws as `readPastLogs`. */
export async function findDisputes(
  chain: Chain,
  disputes: Address,
  { side, account }: { readonly side: DisputeSide; readonly account: Address },
): Promise<readonly Opened[]> {
  const topic = delivery.topicOf("DeliveryOpened");
  const topics = side === "client" ? [topic, null, own(account)] : [topic, null, null, own(account)];
  const logs = await readPastLogs(chain, { address: disputes, topics });
  return logs.map(decodeDeliveryEvent).filter((event) => event?.type === "DeliveryOpened");
}

/** The bytes that a reveal has shown; `undefined` while a part is missing. */
export async function readRevealedAnswer(chain: Chain, disputes: Address, id: Hex): Promise<Uint8Array | undefined> {
  const logs = await readPastLogs(chain, { address: disputes, topics: [delivery.topicOf("AnswerRevealed"), id] });
  const parts = new Map<bigint, Map<bigint, Uint8Array>>();
  for (const log of logs) {
    const event = decodeDeliveryEvent(log);
    if (event?.type !== "AnswerRevealed") continue;
    const data = getBytes(event.data);
    // Shown whole, it is one event that stands for all chunks.
    if (event.index === 0n && BigInt(Math.ceil(data.length / DELIVERY_CHUNK_BYTES)) === event.chunkCount) return data;
    const ofCount = parts.get(event.chunkCount) ?? new Map<bigint, Uint8Array>();
    parts.set(event.chunkCount, ofCount.set(event.index, data));
  }
  for (const [count, chunks] of parts) {
    if (BigInt(chunks.size) < count) continue;
    const inOrder = [...chunks].toSorted(([a], [b]) => Number(a - b)).map(([, bytes]) => bytes);
    return Buffer.concat(inOrder);
  }
  return undefined;
}

import { steadyClock } from "../../primitives/clock.ts";
import type { Host } from "../host/host.ts";
import { callHealth } from "./rpc-calls.ts";

/** Peers asked at a time; bootstrap peers are connected first. */
const MOST_PEERS = 8;
const ASK_MS = 3_000;
/** An answer that took longer places the peer's clock too vaguely. */
const LONGEST_ROUND_TRIP_MS = 10_000;

/**
 * By how many milliseconds this clock is ahead of each connected peer's that tells its own, as of the middle of the call.
 * Peers that do not answer or tell no time are left out.
 */
export async function comparePeerClocks(host: Host, clock: () => number, signal: AbortSignal): Promise<number[]> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(ASK_MS)]);
  const compare = async (peerId: string): Promise<number | undefined> => {
    const before = steadyClock();
    const { nowMs } = await callHealth(host, { target: { peerId, multiaddrs: [] }, signal: deadline });
    const tookMs = steadyClock() - before;
    return nowMs === undefined || tookMs > LONGEST_ROUND_TRIP_MS ? undefined : clock() - tookMs / 2 - nowMs;
  };
  const asked = host.connected().slice(0, MOST_PEERS);
  const told = await Promise.all(asked.map((peerId) => compare(peerId).catch(() => undefined)));
  return told.filter((ahead) => ahead !== undefined);
}

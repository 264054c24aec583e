import type { HealthReply } from "@lloom/protocol/rpc-messages";
import { steadyClock } from "../../primitives/clock.ts";
import { connect } from "../host/dial.ts";
import type { Host } from "../host/host.ts";
import { knownPeerId } from "../host/known-peer-id.ts";
import { type CallOptions, callHealth } from "./rpc-calls.ts";

/** How a peer answered a call over a new connection. */
export interface PeerSample {
  /** Until there was a connection, encrypted and shared by streams. */
  readonly connectMs: number;
  /** From there until its status came, with the protocol's negotiation. */
  readonly responseMs: number;
  readonly health: HealthReply;
}

/** After this, a connection that closes is left to end by itself. */
const HANG_UP_MS = 1_000;

/**
 * Calls a peer as a stranger does: over a connection of its own, which is closed afterwards. One that is there already is closed first,
 * since it would say nothing of how long it takes to get one. Throws as `callHealth` does.
 */
export async function samplePeer(host: Host, { target, signal }: CallOptions): Promise<PeerSample> {
  await hangUp(host, target.peerId);
  const beganMs = steadyClock();
  await connect(host, target, signal);
  const connectedMs = steadyClock();
  try {
    const health = await callHealth(host, { target, signal });
    return { connectMs: connectedMs - beganMs, responseMs: steadyClock() - connectedMs, health };
  } finally {
    await hangUp(host, target.peerId);
  }
}

async function hangUp({ libp2p }: Host, peerId: string): Promise<void> {
  const peer = knownPeerId(peerId);
  if (libp2p.getConnections(peer).length === 0) return;
  await libp2p.hangUp(peer, { signal: AbortSignal.timeout(HANG_UP_MS) }).catch(() => undefined);
}

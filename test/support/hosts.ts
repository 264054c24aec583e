/** Hosts and frames for the tests of the peer. */
import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { type Hex, ZERO_HASH } from "@lloom/protocol/commitment-types";
import type { ExecutorFrame } from "@lloom/protocol/messages";
import type { NetworkId } from "@lloom/protocol/names";
import { pino } from "pino";
import { LloomError } from "../../node/src/errors.ts";
import type { Log } from "../../node/src/log.ts";
import type { Stakes } from "../../node/src/p2p/discovery/gossip-gate.ts";
import type { PeerTarget } from "../../node/src/p2p/host/dial.ts";
import { createHost, type Host } from "../../node/src/p2p/host/host.ts";
import type { HostOptions } from "../../node/src/p2p/host/host-options.ts";
import type { RequestBody } from "../../node/src/p2p/infer/executor-stream.ts";

export const NETWORK: NetworkId = { chainId: 31337n, accounting: `0x${"ab".repeat(20)}` };

export const silentLog: Log = pino({ level: "silent" });

/** For whoever is not asked who has a stake. */
export const EVERYBODY_STAKED: Stakes = { isStaked: () => true, learn: async () => true };

/** A log that keeps its lines. */
export function recordingLog(): { log: Log; lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = [];
  return { lines, log: pino({ level: "debug" }, { write: (line: string) => lines.push(JSON.parse(line)) }) };
}

/** A real host on a free port of the loopback interface. */
export function startHost(options: Partial<HostOptions> = {}): Promise<Host> {
  return createHost({
    secret: randomBytes(32),
    network: NETWORK,
    listen: ["/ip4/127.0.0.1/tcp/0"],
    bootstrap: [],
    dhtServer: true,
    log: silentLog,
    ...options,
  });
}

export const targetOf = (host: Host): PeerTarget => ({ peerId: host.peerId, multiaddrs: host.multiaddrs() });

const address = (byte: string): Hex => `0x${byte.repeat(20)}`;
const signature = { r: `0x${"11".repeat(32)}`, vs: `0x${"22".repeat(32)}` } as const;

/** A request that is well formed; nothing here checks its signature. */
export function requestBody(content: string): RequestBody {
  return {
    type: "request",
    request: {
      client: address("0a"),
      executor: address("0b"),
      model: "lloom-tiny",
      promptHash: ZERO_HASH,
      paramsHash: ZERO_HASH,
      maxInboundTokens: 100n,
      maxOutboundTokens: 100n,
      inboundPrice: 1n,
      outboundPrice: 2n,
      lane: 7n,
      nonce: 1n,
      ackedCost: 0n,
      costCap: 1_000_000n,
      prevResponseHash: ZERO_HASH,
      deadline: 2_000_000_000n,
    },
    signature,
    promptSalt: ZERO_HASH,
    messages: [{ role: "user", content }],
    sampling: { temperatureMilli: 0, topPMilli: 1000, topK: 0, stop: [], responseFormat: "text" },
    weightsHash: ZERO_HASH,
    profileHash: ZERO_HASH,
    offerHash: ZERO_HASH,
  };
}

/** The last frame of a good answer. */
export const responseBody = {
  type: "response",
  response: {
    requestHash: ZERO_HASH,
    contentHash: ZERO_HASH,
    deliveryHash: ZERO_HASH,
    traceRoot: ZERO_HASH,
    inboundTokens: 1n,
    outboundTokens: 1n,
    cumulativeCost: 3n,
    cumulativeInbound: 1n,
    cumulativeOutbound: 1n,
    timestamp: 1_700_000_000n,
    finishReason: 1n,
  },
  signature,
  contentSalt: ZERO_HASH,
} as const;

/** All frames of an answer, and its text. */
export async function readAll(frames: AsyncIterable<ExecutorFrame>): Promise<{ text: string; last: ExecutorFrame }> {
  let text = "";
  let last: ExecutorFrame | undefined;
  for await (const frame of frames) {
    if (frame.type === "token") text += frame.text;
    last = frame;
  }
  if (last === undefined) throw new LloomError("INTERNAL", "no frames");
  return { text, last };
}

/** Waits for a condition; throws with its name at the deadline. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, timeoutMs = 20_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new LloomError("INTERNAL", `not in time: ${what}`);
    await delay(5);
  }
}

export const never = new AbortController().signal;

interface GossipRecord {
  readonly topics: Readonly<Record<string, { readonly invalidMessageDeliveries: number }>>;
}

/** For how many messages a host's gossip blames a peer. Of the library's class, not of its interface. */
export function blamed(host: Host, peerId: string): number {
  const gossip = host.libp2p.services.pubsub as unknown as { dumpPeerScoreStats(): Record<string, GossipRecord> };
  const topics = Object.values(gossip.dumpPeerScoreStats()[peerId]?.topics ?? {});
  return topics.reduce((sum, { invalidMessageDeliveries }) => sum + invalidMessageDeliveries, 0);
}

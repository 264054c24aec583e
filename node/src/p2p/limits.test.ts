import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { DEFAULTS } from "../defaults.ts";
import { PROVIDER_VALIDITY_MS } from "./host/kademlia.ts";
import {
  FORWARDED_RATE,
  HOST_LIMITS,
  INFER_LIMITS,
  INFER_POOL_LIMITS,
  OFFER_RATE,
  RPC_LIMITS,
  STRANGERS_OF_ONE,
  STRANGERS_RATE,
  STREAM_WINDOW_BYTES,
  VOCABULARY_RATE,
} from "./limits.ts";

const page = (name: string): string =>
  readFileSync(new URL(`../../../docs/protocol/${name}.md`, import.meta.url), "utf8");
const grouped = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, " ");
const mib = (bytes: number): string => `${bytes / 1024 ** 2} MiB`;
const inTheLongRun = (perSecond: number, burst: number): string =>
  `${perSecond} per second in the long run, ${burst} at once`;

it.each<[string, string]>([
  ["requests", `| streams of one peer | ${INFER_LIMITS.streamsPerPeer};`],
  ["requests", `${INFER_LIMITS.requestsPerPeer} open at a time, ${mib(INFER_LIMITS.requestBytesPerPeer)} of frames`],
  ["requests", inTheLongRun(DEFAULTS.peerRequestsPerSecond, 4 * DEFAULTS.peerRequestsPerSecond)],
  ["requests", `${grouped(INFER_LIMITS.requestsTotal)} open, ${mib(INFER_LIMITS.requestBytesTotal)}`],
  ["requests", `${mib(INFER_LIMITS.inboundBytesPerSecond)} per second, each frame`],
  ["requests", `banned for ${HOST_LIMITS.banMs / 60_000} minutes`],
  ["requests", `${INFER_POOL_LIMITS.stallMs / 1000} s, while that holds up its stream`],
  ["requests", `A client that waits ${INFER_POOL_LIMITS.cancelGraceMs / 1000} s in vain`],
  ["encoding", `that has begun ends within ${INFER_LIMITS.frameMs / 1000} s`],
  ["calls", `${RPC_LIMITS.callsPerPeer} at a time, ${inTheLongRun(RPC_LIMITS.callsPerSecond, RPC_LIMITS.callBurst)}`],
  ["calls", `| both | ${RPC_LIMITS.callTimeoutMs / 1000} s,`],
  ["calls", `${VOCABULARY_RATE.perSecond} parts per second for all callers, ${VOCABULARY_RATE.burst} at once`],
  ["offers", `${OFFER_RATE.perSecond} messages of one executor per second, ${OFFER_RATE.burst} at once`],
  ["offers", `${FORWARDED_RATE.perSecond}\nmessages per second (${grouped(FORWARDED_RATE.burst)} at once)`],
  ["offers", `${STRANGERS_OF_ONE.perSecond} per second (${STRANGERS_OF_ONE.burst} at once) of authors`],
  ["offers", `a few of them (${STRANGERS_RATE.perSecond} per second)`],
  [
    "offers",
    `believed for ${PROVIDER_VALIDITY_MS / 60_000} min; it is announced again every ${PROVIDER_VALIDITY_MS / 180_000} min`,
  ],
  [
    "offers",
    `| connections of one peer | ${HOST_LIMITS.connectionsPerPeer}; of one IP address, ${HOST_LIMITS.inboundConnectionsPerSecond} new`,
  ],
  ["offers", `${STREAM_WINDOW_BYTES / 1024} KiB`],
])("stand on the page of %s: %s", (name, sentence) => {
  expect(page(name)).toContain(sentence);
});

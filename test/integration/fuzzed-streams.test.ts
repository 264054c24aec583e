/**
 * Streams that nobody honest opens, against real hosts and sessions, while somebody honest is served. LLOOM_FUZZ_SEED plays one run
 * again, LLOOM_FUZZ_STREAMS says how many.
 */
import { randomInt } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Stream } from "@libp2p/interface";
import { LloomError } from "@lloom/protocol/lloom-error";
import { EVIDENCE_PROTOCOL, INFER_PROTOCOL, RPC_PROTOCOL } from "@lloom/protocol/names";
import { multiaddr } from "@multiformats/multiaddr";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serveEvidence } from "../../node/src/p2p/evidence/evidence-server.ts";
import { encodeLength } from "../../node/src/p2p/frames/framing.ts";
import type { Host } from "../../node/src/p2p/host/host.ts";
import { createInferPool } from "../../node/src/p2p/infer/infer-client.ts";
import { serveInfer } from "../../node/src/p2p/infer/infer-server.ts";
import { serveRpc } from "../../node/src/p2p/rpc/rpc.ts";
import { type Seeded, seeded } from "../../protocol/test/seeded.ts";
import { DECODERS, mutate } from "../../protocol/test/wire-decoders.ts";
import {
  never,
  readAll,
  recordingLog,
  requestBody,
  responseBody,
  silentLog,
  startHost,
  targetOf,
  until,
} from "../support/hosts.ts";

const SEED = Number(process.env["LLOOM_FUZZ_SEED"] ?? randomInt(2 ** 31));
const STREAMS = Number(process.env["LLOOM_FUZZ_STREAMS"] ?? 100);
const MEMORY_BYTES = 256 * 1024 * 1024;
/** Who breaks the protocol is banned for a moment only, so that one attacker can go on. */
const LIMITS = { banMs: 1, inboundConnectionsPerSecond: 10_000 };

const framed = (body: Uint8Array): Buffer => Buffer.concat([encodeLength(body.length), body]);
const message = (random: Seeded, decoder: string): Uint8Array => DECODERS[decoder]?.bytes(random) ?? new Uint8Array();

/** What an attacker sends on one stream of frames. */
const FRAMED: readonly ((random: Seeded, decoder: string) => Uint8Array)[] = [
  (random, decoder) => framed(mutate(random, message(random, decoder))),
  (random, decoder) => mutate(random, framed(message(random, decoder))),
  (random, decoder) => framed(message(random, decoder)).subarray(0, 1 + random.below(40)),
  (random, decoder) => Buffer.concat(Array(2 + random.below(3)).fill(framed(message(random, decoder)))),
  (random) => framed(random.bytes(1 + random.below(200))),
  (random) => random.bytes(1 + random.below(200)),
  (random, decoder) => Buffer.concat([encodeLength(1 + random.below(2 ** 27)), message(random, decoder)]),
  (random) => framed(message(random, "executor frame")),
  (random, decoder) => framed(message(random, decoder)),
];
/** And of one that is a message to its end. */
const WHOLE: readonly ((random: Seeded, decoder: string) => Uint8Array)[] = [
  (random, decoder) => mutate(random, message(random, decoder)),
  (random, decoder) => message(random, decoder).subarray(0, 1 + random.below(9)),
  (random) => random.bytes(1 + random.below(8_000)),
  (random, decoder) => Buffer.concat([message(random, decoder), message(random, decoder)]),
  (random, decoder) => message(random, decoder),
];

/** Opens a stream as an attacker, says something, and ends it in one way or another. True if it came that far. */
async function attack(
  attacker: Host,
  victim: Host,
  protocol: string,
  bytes: Uint8Array,
  random: Seeded,
): Promise<boolean> {
  let stream: Stream;
  try {
    stream = await attacker.libp2p.dialProtocol(
      victim.multiaddrs().map((address) => multiaddr(address)),
      protocol,
    );
  } catch {
    // Banned still, or cut in the middle of the last round: that is what it is for.
    await pause(2);
    return false;
  }
  try {
    const cut = random.below(bytes.length + 1);
    for (const part of [bytes.subarray(0, cut), bytes.subarray(cut)]) if (part.length > 0) stream.send(part);
    if (random.below(3) === 0) stream.abort(new Error("gone"));
    else await stream.close({ signal: AbortSignal.timeout(5_000) });
  } catch {
    // The victim was quicker.
  }
  return true;
}

const { log, lines } = recordingLog();
let victim: Host;
let attacker: Host;
let honest: Host;
beforeAll(async () => {
  victim = await startHost({ limits: LIMITS, log });
  attacker = await startHost({ listen: [], limits: LIMITS });
  honest = await startHost({ listen: [] });
});
afterAll(async () => {
  for (const host of [honest, attacker, victim]) await host[Symbol.asyncDispose]();
});

describe("fuzzed streams", () => {
  it("cost their sender its connection and nobody else anything", async () => {
    console.log(`${STREAMS} fuzzed streams of each protocol, LLOOM_FUZZ_SEED=${SEED}`);
    const random = seeded(SEED);
    const refused = (): never => {
      throw new LloomError("EVIDENCE_REFUSED", "No.");
    };
    await using server = await serveInfer(victim, {
      async *handle() {
        yield responseBody;
      },
      log: silentLog,
    });
    await using _calls = await serveRpc(victim, { offers: () => [], log: silentLog });
    await using _evidence = await serveEvidence(victim, { handle: async () => refused(), log: silentLog });
    await using pool = createInferPool(honest, silentLog);
    const kinds = [
      { protocol: INFER_PROTOCOL, decoder: "client frame", ways: FRAMED },
      { protocol: RPC_PROTOCOL, decoder: "rpc request", ways: WHOLE },
      { protocol: EVIDENCE_PROTOCOL, decoder: "evidence ask", ways: FRAMED },
    ];
    const before = process.memoryUsage.rss();
    let [slowestMs, opened] = [0, 0];
    for (let round = 0; round < STREAMS; round++) {
      for (const { protocol, decoder, ways } of kinds) {
        const way = ways[random.below(ways.length)];
        const bytes = way?.(random, decoder) ?? new Uint8Array();
        if (await attack(attacker, victim, protocol, bytes, random)) opened += 1;
      }
      const start = performance.now();
      const request = { target: targetOf(victim), frame: requestBody("x"), signal: never };
      const { last } = await readAll(pool.request(request));
      slowestMs = Math.max(slowestMs, performance.now() - start);
      expect(last, `round ${round} of LLOOM_FUZZ_SEED=${SEED}`).toMatchObject({ type: "response" });
    }
    const banned = lines.filter(({ msg }) => msg === "peer banned for a while");
    console.log({ opened, banned: banned.length, slowestMs, memory: process.memoryUsage.rss() - before });
    expect(opened).toBeGreaterThan(STREAMS);
    expect(banned.length).toBeGreaterThan(STREAMS / 4);
    expect(new Set(banned.map(({ code }) => code))).toEqual(new Set(["FRAME_INVALID", "FRAME_TOO_LARGE"]));
    expect(new Set(banned.map(({ peer }) => peer))).toEqual(new Set([attacker.peerId]));
    // Whoever is honest was served on one and the same stream.
    expect(pool.streams()).toBe(1);
    expect(victim.isBanned(honest.peerId)).toBe(false);
    await attacker.libp2p.stop();
    await until("nothing of them is left", () => server.openRequests() === 0 && server.queuedBytes() === 0);
    await until("and no connection", () => victim.peers() === 1);
    expect(process.memoryUsage.rss() - before).toBeLessThan(MEMORY_BYTES);
  });
});

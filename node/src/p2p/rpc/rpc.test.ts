import { type SignedOffer, WIRE_LIMITS } from "@lloom/protocol/messages";
import { RPC_PROTOCOL } from "@lloom/protocol/names";
import type { HealthReply } from "@lloom/protocol/rpc-messages";
import { decodeHealthReply, encodeRpcRequest } from "@lloom/protocol/wire";
import { multiaddr } from "@multiformats/multiaddr";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type CutWire, layWire } from "../../../../test/support/cut-wire.ts";
import { never, requestBody, silentLog, startHost, targetOf, until } from "../../../../test/support/hosts.ts";
import { LloomError } from "../../errors.ts";
import type { Host } from "../host/host.ts";
import type { OffersWanted } from "./offers-wanted.ts";
import { comparePeerClocks } from "./peer-time.ts";
import { inParts, serveRpc } from "./rpc.ts";
import { callEvidence, callHealth, callOffers, callVocabulary } from "./rpc-calls.ts";
import { readToEnd, sendAll } from "./whole-stream.ts";

const health: HealthReply = { role: "executor", version: "0.1.0", uptimeMs: 5, peers: 1, offers: 2, load: 0, nowMs: 7 };

function offer(model: string, multiaddrs: string[] = []): SignedOffer {
  const { executor } = requestBody("").request;
  const hash = requestBody("").promptSalt;
  return {
    offer: {
      executor,
      offerId: 1n,
      model,
      weightsHash: hash,
      profileHash: hash,
      inboundPrice: 1n,
      outboundPrice: 2n,
      maxContext: 3n,
      validUntil: 4n,
    },
    signature: requestBody("").signature,
    multiaddrs,
    capacity: 1,
    load: 0,
    sentAt: 1,
  };
}

let server: Host;
let caller: Host;

beforeAll(async () => {
  server = await startHost({ limits: { banMs: 60_000 } });
});
beforeEach(async () => {
  caller = await startHost({ listen: [] });
  return async () => caller[Symbol.asyncDispose]();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

const open = () =>
  caller.libp2p.dialProtocol(
    server.multiaddrs().map((address) => multiaddr(address)),
    RPC_PROTOCOL,
  );

test("a call with evidence comes with whose it is, keeps its place if it is right, and is told if it is not", async () => {
  const heard: unknown[] = [];
  const dispute = requestBody("").promptSalt;
  const serve = (handlers: Partial<Parameters<typeof serveRpc>[1]>) =>
    serveRpc(server, { offers: () => [], log: silentLog, ...handlers });
  const call = () => callEvidence(caller, { target: targetOf(server), signal: never }, dispute);
  {
    await using _none = await serve({});
    await expect(call()).rejects.toMatchObject({ code: "UNSUPPORTED" });
  }
  {
    const evidence = (): never => {
      throw new LloomError("EVIDENCE_REFUSED", "Not of you.");
    };
    await using _refusing = await serve({ evidence });
    await expect(call()).rejects.toMatchObject({ code: "EVIDENCE_REFUSED" });
    expect(server.isKnown(caller.peerId)).toBe(false);
  }
  await using _juror = await serve({
    evidence: (of, party) => {
      heard.push([of, party]);
      return { wanted: true };
    },
  });
  expect(await call()).toEqual({ wanted: true });
  expect(heard).toEqual([[dispute, caller.address]]);
  expect(server.isKnown(caller.peerId)).toBe(true);
});

test("health and offers come back as they were given, offers filtered by the handler", async () => {
  const known = [offer("a"), offer("b"), offer("a")];
  const offers = ({ model, executor }: OffersWanted) =>
    known
      .filter((one) => model === undefined || one.offer.model === model)
      .filter((one) => executor === undefined || one.offer.executor === executor);
  await using _rpc = await serveRpc(server, { health: () => health, offers, log: silentLog });
  const options = { target: targetOf(server), signal: never };
  expect(await callHealth(caller, options)).toEqual(health);
  expect(await callOffers(caller, options)).toEqual(known);
  expect(await callOffers(caller, { ...options, model: "a" })).toEqual([offer("a"), offer("a")]);
  const [
    {
      offer: { executor },
    } = offer("a"),
  ] = known;
  expect(await callOffers(caller, { ...options, executor })).toEqual(known);
  expect(await callOffers(caller, { ...options, executor: `0x${"0f".repeat(20)}` })).toEqual([]);
});

test("a peer tells its time with its health, and clocks are compared by it", async () => {
  const { nowMs: _, ...timeless } = health;
  await using _rpc = await serveRpc(server, { health: () => timeless, offers: () => [], log: silentLog });
  await callHealth(caller, { target: targetOf(server), signal: never });
  expect(caller.connected()).toEqual([server.peerId]);
  for (const skewMs of [-700_000, 0, 150_000]) {
    const [aheadMs, ...others] = await comparePeerClocks(caller, () => Date.now() + skewMs, never);
    expect(others).toEqual([]);
    expect(Math.abs((aheadMs ?? Number.NaN) - skewMs)).toBeLessThan(3_000);
  }
});

test("more offers than a message holds are cut, not refused", async () => {
  const wide = Array.from({ length: 16 }, () => "x".repeat(256));
  const many = Array.from({ length: WIRE_LIMITS.offers + 1 }, () => offer("a", wide));
  await using _rpc = await serveRpc(server, { health: () => health, offers: () => many, log: silentLog });
  const found = await callOffers(caller, { target: targetOf(server), signal: never });
  expect(found.length).toBeGreaterThan(100);
  expect(found[0]).toEqual(many[0]);
});

test("many calls at once are all answered", async () => {
  await using _rpc = await serveRpc(server, { health: () => health, offers: () => [], log: silentLog });
  const options = { target: targetOf(server), signal: never };
  const replies = await Promise.all(Array.from({ length: 12 }, () => callHealth(caller, options)));
  expect(replies).toEqual(Array.from({ length: 12 }, () => health));
});

test("a handler that throws gives INTERNAL without what it threw, and the peer is not to blame", async () => {
  const failing = () => {
    throw new TypeError("a secret");
  };
  await using _rpc = await serveRpc(server, { health: failing, offers: () => [], log: silentLog });
  const call = callHealth(caller, { target: targetOf(server), signal: never });
  await expect(call).rejects.toMatchObject({ code: "INTERNAL", message: "The peer answered: The call failed." });
  expect(server.isBanned(caller.peerId)).toBe(false);
});

test.each([
  ["no CBOR", Uint8Array.of(0xff), "FRAME_INVALID"],
  [
    "an unknown method",
    Uint8Array.from([0xa1, 0x66, ...Buffer.from("method"), 0x63, ...Buffer.from("all")]),
    "FRAME_INVALID",
  ],
  ["more than a request", new Uint8Array(5_000), "FRAME_TOO_LARGE"],
])("a caller that sends %s is told, disconnected and banned", async (_name, bytes, code) => {
  await using _rpc = await serveRpc(server, { health: () => health, offers: () => [], log: silentLog });
  const stream = await open();
  const reply = readToEnd(stream, 10_000, AbortSignal.timeout(3_000));
  stream.send(bytes);
  await stream.close();
  expect(decodeHealthReply(await reply)).toMatchObject({ error: { code } });
  await until("disconnected", () => caller.peers() === 0);
  expect(server.isBanned(caller.peerId)).toBe(true);
});

test("a caller that stops before it has said anything is not banned", async () => {
  await using _rpc = await serveRpc(server, { health: () => health, offers: () => [], log: silentLog });
  const stream = await open();
  await stream.close();
  await until("the call is over", () => stream.status !== "open");
  expect(server.isBanned(caller.peerId)).toBe(false);
  expect(await callHealth(caller, { target: targetOf(server), signal: never })).toEqual(health);
});

describe("a peer that dies in the middle of a message", () => {
  const HALF = encodeRpcRequest({ method: "health" }).subarray(0, 3);
  const wireTo = (host: Host): Promise<CutWire> => layWire(Number(/tcp\/(\d+)/.exec(host.multiaddrs()[0] ?? "")?.[1]));
  const over = ({ port }: CutWire, { peerId }: Host): string => `/ip4/127.0.0.1/tcp/${port}/p2p/${peerId}`;

  test.each([
    ["nothing", undefined],
    ["half of it", HALF],
  ])("and of its call with it, after %s, is not banned when it comes back", async (_name, sent) => {
    await using _rpc = await serveRpc(server, { health: () => health, offers: () => [], log: silentLog });
    await using wire = await wireTo(server);
    const stream = await caller.libp2p.dialProtocol(multiaddr(over(wire, server)), RPC_PROTOCOL);
    await until("the server has the stream", () =>
      server.libp2p.getConnections().some(({ streams }) => streams.some(({ protocol }) => protocol === RPC_PROTOCOL)),
    );
    if (sent !== undefined) stream.send(sent);
    wire.cut();
    await until("disconnected", () => server.connected().every((peerId) => peerId !== caller.peerId));
    expect(await callHealth(caller, { target: targetOf(server), signal: never })).toEqual(health);
    expect(server.isBanned(caller.peerId)).toBe(false);
  });

  test.each([
    ["nothing", undefined],
    ["half of it", HALF],
  ])("and of its answer with it, after %s, is not banned when it comes back", async (_name, said) => {
    await using other = await startHost();
    await using wire = await wireTo(other);
    await other.libp2p.handle(RPC_PROTOCOL, async (stream) => {
      await readToEnd(stream, 1_000, never);
      const before = wire.passed();
      if (said !== undefined) stream.send(said);
      await until("it has passed", () => said === undefined || wire.passed() > before);
      wire.cut();
    });
    const target = { peerId: other.peerId, multiaddrs: [over(wire, other)] };
    await expect(callHealth(caller, { target, signal: never })).rejects.toMatchObject({ code: "STREAM_INTERRUPTED" });
    expect(caller.isBanned(other.peerId)).toBe(false);
  });
});

test("calls above the rate get RATE_LIMITED and no ban", async () => {
  const limits = { callsPerSecond: 0.001, callBurst: 2 };
  await using _rpc = await serveRpc(server, { health: () => health, offers: () => [], limits, log: silentLog });
  const options = { target: targetOf(server), signal: never };
  expect([await callHealth(caller, options), await callHealth(caller, options)]).toEqual([health, health]);
  await expect(callHealth(caller, options)).rejects.toMatchObject({ code: "RATE_LIMITED" });
  expect(server.isBanned(caller.peerId)).toBe(false);
});

describe("a server", () => {
  const options = () => ({ target: targetOf(server), signal: never });

  test("that answers garbage is FRAME_INVALID and avoided", async () => {
    await using other = await startHost();
    await other.libp2p.handle(RPC_PROTOCOL, async (stream) => {
      // Who closes before it has read may break the question off, and what it said with it.
      await readToEnd(stream, 1024, never);
      await sendAll(stream, Uint8Array.of(0xff), never);
    });
    const call = callHealth(caller, { target: targetOf(other), signal: never });
    await expect(call).rejects.toMatchObject({ code: "FRAME_INVALID" });
    expect(caller.isBanned(other.peerId)).toBe(true);
  });

  test("that does not serve the protocol, or is not there, is EXECUTOR_UNREACHABLE", async () => {
    await expect(callHealth(caller, options())).rejects.toMatchObject({ code: "EXECUTOR_UNREACHABLE" });
  });

  test("that is silent is left when the caller's signal comes", async () => {
    await server.libp2p.handle(RPC_PROTOCOL, () => undefined);
    const call = callHealth(caller, { ...options(), signal: AbortSignal.timeout(100) });
    await expect(call).rejects.toMatchObject({ code: "CANCELLED" });
    await server.libp2p.unhandle(RPC_PROTOCOL);
  });

  test("waits for a slow caller no longer than the deadline of a call, and serves others meanwhile", async () => {
    const handlers = { health: () => health, offers: () => [], log: silentLog, limits: { callTimeoutMs: 300 } };
    await using _rpc = await serveRpc(server, handlers);
    const stream = await open();
    stream.send(encodeRpcRequest({ method: "health" }).subarray(0, 3));
    expect(await callHealth(caller, options())).toEqual(health);
    await until("the slow call is cut", () => stream.status !== "open");
    expect(server.isBanned(caller.peerId)).toBe(false);
  });
});

test("a vocabulary comes in parts from whoever has it", async () => {
  const file = Uint8Array.from({ length: WIRE_LIMITS.vocabularyChunkBytes + 100 }, (_, at) => at % 251);
  const [hash, other] = [requestBody("").promptSalt, `0x${"c7".repeat(32)}` as const];
  const vocabulary = inParts((wanted) => (wanted === hash ? file : undefined));
  await using _rpc = await serveRpc(server, { health: () => health, offers: () => [], vocabulary, log: silentLog });
  const options = { target: targetOf(server), signal: never };
  const first = await callVocabulary(caller, { ...options, hash, offset: 0 });
  const second = await callVocabulary(caller, { ...options, hash, offset: first.bytes.length });
  expect(first.bytes).toHaveLength(WIRE_LIMITS.vocabularyChunkBytes);
  expect([first.totalBytes, second.totalBytes]).toEqual([file.length, file.length]);
  expect(Buffer.concat([first.bytes, second.bytes]).equals(file)).toBe(true);
  expect((await callVocabulary(caller, { ...options, hash, offset: file.length })).bytes).toHaveLength(0);
  await expect(callVocabulary(caller, { ...options, hash: other, offset: 0 })).rejects.toMatchObject({
    code: "MODEL_NOT_FOUND",
  });
});

test("nobody gets vocabularies without end", async () => {
  const vocabulary = () => ({ totalBytes: 1, bytes: Uint8Array.of(1) });
  await using _rpc = await serveRpc(server, {
    ...{ health: () => health, offers: () => [], vocabulary, log: silentLog },
    limits: { callsPerSecond: 1000, callBurst: 1000 },
  });
  const options = { target: targetOf(server), signal: never, hash: requestBody("").promptSalt, offset: 0 };
  const calls = async (): Promise<string | undefined> => {
    for (let call = 0; call < 1000; call++) {
      const failed = await callVocabulary(caller, options).then(
        () => undefined,
        ({ code }: { code: string }) => code,
      );
      if (failed !== undefined) return failed;
    }
    return undefined;
  };
  expect(await calls()).toBe("RATE_LIMITED");
  expect(await callHealth(caller, options)).toEqual(health);
});

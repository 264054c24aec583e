/** /lloom/evidence/1 between real hosts: what either side has to bear from the other. */
import { EVIDENCE_LIMITS, type EvidencePart } from "@lloom/protocol/evidence-messages";
import { decodeEvidencePart, encodeEvidenceAsk, encodeEvidencePart } from "@lloom/protocol/evidence-wire";
import { EVIDENCE_PROTOCOL } from "@lloom/protocol/names";
import { multiaddr } from "@multiformats/multiaddr";
import { describe, expect, it } from "vitest";
import { seeded } from "../../../../protocol/test/seeded.ts";
import {
  ASK,
  ask,
  asker,
  END,
  framed,
  open,
  serve,
  server,
  stack,
  textPart,
  useHosts,
} from "../../../../test/support/evidence-stage.ts";
import { never, recordingLog, silentLog, startHost, targetOf, until } from "../../../../test/support/hosts.ts";
import { LloomError } from "../../errors.ts";
import { encodeLength, FrameDecoder } from "../frames/framing.ts";
import { askEvidence } from "./evidence-client.ts";
import { serveEvidence } from "./evidence-server.ts";

useHosts();

/** A server that says just these bytes, and then nothing. */
const serveBytes = (...said: Uint8Array[]): Promise<void> =>
  server.libp2p.handle(EVIDENCE_PROTOCOL, (stream) => {
    for (const bytes of said) stream.send(bytes);
  });

describe("whoever is asked", () => {
  it("hears the question, with who asks by its peer's key, and answers in parts", async () => {
    const heard: unknown[] = [];
    await serve({
      handle: async (question, from) => {
        heard.push([question, from]);
        return [textPart(0), END];
      },
    });
    expect(await ask()).toEqual([textPart(0), END]);
    expect(heard).toEqual([[ASK, asker.address]]);
  });

  it("says why it refuses, and of its own failures nothing", async () => {
    const failures = [new LloomError("EVIDENCE_REFUSED", "Not for you."), new TypeError("a secret")];
    const { log, lines } = recordingLog();
    await serve({
      log,
      handle: async () => {
        throw failures.shift();
      },
    });
    await expect(ask()).rejects.toMatchObject({ code: "EVIDENCE_REFUSED", message: "Not for you." });
    await expect(ask()).rejects.toMatchObject({
      code: "INTERNAL",
      message: "The evidence could not be given.",
    });
    expect(lines).toHaveLength(1);
    expect(server.isBanned(asker.peerId)).toBe(false);
  });

  it("makes no part before the network takes the one before, and stops when its reader is gone", async () => {
    let made = 0;
    let isStopped = false;
    await serve({
      handle: async () =>
        (function* () {
          try {
            for (;;) {
              made++;
              yield textPart(0);
            }
          } finally {
            isStopped = true;
          }
        })(),
    });
    const stream = await open();
    stream.pause();
    stream.send(framed(encodeEvidenceAsk(ASK)));
    let before = -1;
    await until("it waits for the network", async () => {
      const isStill = made > 0 && made === before;
      before = made;
      await new Promise((resolve) => setImmediate(resolve));
      return isStill;
    });
    // A window of libp2p here and there, far from all that there would be.
    expect(made * EVIDENCE_LIMITS.partBytes).toBeLessThan(8 * 1024 * 1024);
    stream.abort(new LloomError("CANCELLED", "Enough."));
    await until("it has stopped", () => isStopped);
  });

  /** Its window may be full and it takes nothing: only at the other side an end can be seen. */
  const isCut = (): boolean =>
    server.libp2p
      .getConnections()
      .every(({ streams }) => streams.every(({ protocol }) => protocol !== EVIDENCE_PROTOCOL));

  it("cuts who reads too slowly, and does not ban it", async () => {
    const endless = function* (): Generator<EvidencePart> {
      for (;;) yield textPart(0);
    };
    let isAsked = false;
    const handle = async (): Promise<Iterable<EvidencePart>> => {
      isAsked = true;
      return endless();
    };
    await serve({ limits: { answerMs: 200 }, handle });
    const stream = await open();
    stream.pause();
    stream.send(framed(encodeEvidenceAsk(ASK)));
    await until("it is asked", () => isAsked);
    await until("it is cut", isCut);
    expect(server.isBanned(asker.peerId)).toBe(false);
  });

  it("cuts who does not ask, and does not ban it", async () => {
    await serve({ limits: { askMs: 200 } });
    const stream = await open();
    await until("it is cut", () => stream.status !== "open");
    expect(server.isBanned(asker.peerId)).toBe(false);
  });

  it.each<[string, Uint8Array, string]>([
    ["no CBOR", framed(Uint8Array.of(0xff)), "FRAME_INVALID"],
    ["a part instead of a question", framed(encodeEvidencePart(END)), "FRAME_INVALID"],
    ["two questions", Buffer.concat([framed(encodeEvidenceAsk(ASK)), framed(encodeEvidenceAsk(ASK))]), "FRAME_INVALID"],
    ["a question larger than any", encodeLength(EVIDENCE_LIMITS.askBytes + 1), "FRAME_TOO_LARGE"],
    ["an empty frame", Uint8Array.of(0), "FRAME_INVALID"],
  ])("bans who sends %s", async (_, bytes, code) => {
    const { log, lines } = recordingLog();
    const strict = stack.use(await startHost({ limits: { banMs: 60_000 }, log }));
    const hanging = (): Promise<EvidencePart[]> => Promise.withResolvers<EvidencePart[]>().promise;
    stack.use(await serveEvidence(strict, { handle: hanging, log: silentLog }));
    const stream = await asker.libp2p.dialProtocol(
      strict.multiaddrs().map((address) => multiaddr(address)),
      EVIDENCE_PROTOCOL,
    );
    stream.send(bytes);
    await until("banned", () => strict.isBanned(asker.peerId));
    expect(lines).toContainEqual(expect.objectContaining({ code, peer: asker.peerId }));
  });

  it("tells who asks twice on a stream that alone, though the answer to the first is there", async () => {
    await serve({ handle: async () => [textPart(0), END] });
    const stream = await open();
    const came: Uint8Array[] = [];
    stream.addEventListener(
      "message",
      ({ data }) => void came.push(data instanceof Uint8Array ? data : data.subarray()),
    );
    const question = framed(encodeEvidenceAsk(ASK));
    stream.send(Buffer.concat([question, question]));
    await until("it is cut", () => stream.status !== "open");
    const frames = [...new FrameDecoder(EVIDENCE_LIMITS.frameBytes).push(Buffer.concat(came))];
    expect(frames.map(decodeEvidencePart)).toMatchObject([{ type: "error", code: "FRAME_INVALID" }]);
  });

  it("answers so many questions of a peer at a time and in a while, and others' besides", async () => {
    const first = Promise.withResolvers<EvidencePart[]>();
    await serve({ limits: { asksPerPeer: 1, asksPerSecond: 0.001, askBurst: 3 }, handle: () => first.promise });
    const waiting = ask();
    await until("it is asked", () => server.libp2p.getConnections().some(({ streams }) => streams.length > 0));
    await expect(ask()).rejects.toBeInstanceOf(LloomError);
    first.resolve([END]);
    expect(await waiting).toEqual([END]);
    const codes: unknown[] = [];
    for (let round = 0; round < 4; round++) codes.push(await ask().catch((thrown: LloomError) => thrown.code));
    expect(codes.at(-1)).toBe("RATE_LIMITED");
    const other = stack.use(await startHost({ listen: [] }));
    const call = { target: targetOf(server), ask: ASK, take: () => undefined, signal: never };
    await askEvidence(other, call);
    expect(server.isBanned(asker.peerId)).toBe(false);
  });

  it("never breaks, whatever it is sent (seed 9601)", async () => {
    const random = seeded(9601);
    const whole = framed(encodeEvidenceAsk(ASK));
    const lenient = stack.use(await startHost({ limits: { banMs: 0 } }));
    stack.use(await serveEvidence(lenient, { handle: async () => [END], log: silentLog }));
    for (let round = 0; round < 40; round++) {
      const bytes = round % 2 === 0 ? random.bytes(1 + random.below(300)) : Uint8Array.from(whole);
      bytes[random.below(bytes.length)] = random.below(256);
      const host = stack.use(await startHost({ listen: [] }));
      const stream = await host.libp2p.dialProtocol(
        lenient.multiaddrs().map((address) => multiaddr(address)),
        EVIDENCE_PROTOCOL,
      );
      stream.send(bytes);
      await stream.close().catch(() => undefined);
      await host[Symbol.asyncDispose]();
    }
    const call = { target: targetOf(lenient), ask: ASK, take: () => undefined, signal: never };
    await askEvidence(asker, call);
  });
});

describe("who asks", () => {
  it("gives up on silence, on a drip, and on an answer that takes too long", async () => {
    await server.libp2p.handle(EVIDENCE_PROTOCOL, () => undefined);
    const limits = { frameMs: 200 };
    await expect(ask({ limits })).rejects.toMatchObject({ code: "EXECUTOR_TIMEOUT" });
    await server.libp2p.unhandle(EVIDENCE_PROTOCOL);
    await serveBytes(Uint8Array.of(200));
    await expect(ask({ limits })).rejects.toMatchObject({ code: expect.stringMatching(/TIMEOUT|INTERRUPTED/) });
    await server.libp2p.unhandle(EVIDENCE_PROTOCOL);
    await serve({
      handle: async () =>
        (function* () {
          for (;;) yield textPart(0);
        })(),
    });
    await expect(ask({ limits: { answerMs: 200 } })).rejects.toMatchObject({ code: "EXECUTOR_TIMEOUT" });
    expect(asker.isBanned(server.peerId)).toBe(false);
  });

  it("calls an answer that breaks off what it is", async () => {
    await server.libp2p.handle(EVIDENCE_PROTOCOL, async (stream) => {
      stream.send(framed(encodeEvidencePart(textPart(0))));
      await stream.close();
    });
    await expect(ask()).rejects.toMatchObject({ code: "STREAM_INTERRUPTED" });
    expect(asker.isBanned(server.peerId)).toBe(false);
  });

  it.each<[string, Uint8Array, string]>([
    ["no CBOR", framed(Uint8Array.of(0xff)), "FRAME_INVALID"],
    ["a question", framed(encodeEvidenceAsk(ASK)), "FRAME_INVALID"],
    ["a frame larger than any", encodeLength(EVIDENCE_LIMITS.frameBytes + 1), "FRAME_TOO_LARGE"],
  ])("avoids who answers %s", async (_, bytes, code) => {
    await serveBytes(bytes);
    await expect(ask()).rejects.toMatchObject({ code });
    expect(asker.isBanned(server.peerId)).toBe(true);
  });

  it("does not avoid who sends a forgery, which frames do not show, and goes when it has to", async () => {
    await serve({ handle: async () => [textPart(0), END] });
    const forged = new LloomError("EVIDENCE_INVALID", "Not what was signed.");
    const take = (): void => {
      throw forged;
    };
    await expect(ask({ take })).rejects.toBe(forged);
    expect(asker.isBanned(server.peerId)).toBe(false);
    await expect(ask({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "CANCELLED" });
  });

  it("takes nothing but messages, whatever comes (seed 9602)", async () => {
    const random = seeded(9602);
    const good = framed(encodeEvidencePart(textPart(0)));
    const liars = stack.use(await startHost());
    await liars.libp2p.handle(EVIDENCE_PROTOCOL, async (stream) => {
      const bytes = Uint8Array.from(good);
      for (let change = 0; change < 3; change++) bytes[random.below(60)] = random.below(256);
      stream.send(bytes);
      await stream.close();
    });
    const lenient = stack.use(await startHost({ listen: [], limits: { banMs: 0 } }));
    for (let round = 0; round < 40; round++) {
      const call = { target: targetOf(liars), ask: ASK, take: () => undefined, signal: never };
      const thrown = await askEvidence(lenient, call).catch((error: unknown) => error);
      expect(thrown).toMatchObject({
        code: expect.stringMatching(/^(FRAME_INVALID|FRAME_TOO_LARGE|STREAM_INTERRUPTED|EXECUTOR_UNREACHABLE)$/),
      });
    }
  });
});

import { noise } from "@chainsafe/libp2p-noise";
import { yamux } from "@chainsafe/libp2p-yamux";
import { generateKeyPair } from "@libp2p/crypto/keys";
import type { MessageStream, Stream, StreamMuxer } from "@libp2p/interface";
import { defaultLogger } from "@libp2p/logger";
import { peerIdFromPrivateKey } from "@libp2p/peer-id";
import { multiaddrConnectionPair } from "@libp2p/utils";
import { expect, it } from "vitest";
import { sendingTogether, writingWhole } from "./few-writes.ts";

/** Counts what is handed to a connection, before whatever else wraps it. */
function counting(connection: MessageStream): { writes: number; parts: number } {
  const counted = { writes: 0, parts: 0 };
  const send = connection.send.bind(connection);
  connection.send = (data) => {
    counted.writes += 1;
    counted.parts += data instanceof Uint8Array ? 1 : [...data].length;
    return send(data);
  };
  return counted;
}

async function openedStreams(count: number) {
  const [out, inward] = multiaddrConnectionPair();
  const sent = { out: counting(out), inward: counting(inward) };
  const create = sendingTogether(() => yamux({ enableKeepAlive: false })());
  const muxers: StreamMuxer[] = [out, inward].map((connection) => create({}).createStreamMuxer(connection));
  const accepted: Stream[] = [];
  muxers[1]?.addEventListener("stream", ({ detail }) => accepted.push(detail));
  const opened: Stream[] = [];
  for (let index = 0; index < count; index++) opened.push((await muxers[0]?.createStream()) as Stream);
  await expect.poll(() => accepted.length).toBe(count);
  return { out, muxers, opened, accepted, sent };
}

/** The bytes of a stream so far. */
function reading(stream: Stream): { bytes: number; text: string } {
  const read = { bytes: 0, text: "" };
  stream.addEventListener("message", ({ data }) => {
    read.bytes += data.byteLength;
    if (read.bytes < 1000) read.text += Buffer.from(data.subarray()).toString();
  });
  return read;
}

it("sends what several streams have to say in one turn as one message, each in its order", async () => {
  const { opened, accepted, sent } = await openedStreams(3);
  const read = accepted.map(reading);
  const before = sent.out.writes;
  for (const word of ["one ", "two ", "three"])
    for (const stream of opened) stream.send(new TextEncoder().encode(word));
  await expect.poll(() => read.map(({ text }) => text)).toEqual(Array(3).fill("one two three"));
  expect(sent.out.writes - before).toBe(1);
});

it("answers small frames with hardly any message of its own", async () => {
  const { opened, accepted, sent } = await openedStreams(1);
  const read = reading(accepted[0] as Stream);
  const before = sent.inward.writes;
  for (let frame = 1; frame <= 300; frame++) {
    opened[0]?.send(new Uint8Array(1000));
    await expect.poll(() => read.bytes, { interval: 1 }).toBe(frame * 1000);
  }
  expect(sent.inward.writes - before).toBeLessThanOrEqual(10);
});

it("lets a window fill, stand still and go on, in both directions, however the frames are cut", async () => {
  const { opened, accepted } = await openedStreams(2);
  const pairs = [
    [opened[0], accepted[0]],
    [accepted[1], opened[1]],
  ] as const;
  for (const [from, to] of pairs) {
    const read = reading(to as Stream);
    const total = 3_000_000;
    let left = total;
    for (let size = 1; left > 0; size = (size * 7919) % 50_021) {
      const bytes = Math.min(size, left);
      if (from?.send(new Uint8Array(bytes)) === false) {
        to?.pause();
        setImmediate(() => to?.resume());
        await from.onDrain();
      }
      left -= bytes;
    }
    await expect.poll(() => read.bytes, { timeout: 20_000 }).toBe(total);
  }
});

it("still says what it had to say in the turn in which it is closed", async () => {
  const { out, opened, accepted } = await openedStreams(1);
  const read = reading(accepted[0] as Stream);
  opened[0]?.send(new TextEncoder().encode("the last word"));
  await out.close();
  await expect.poll(() => read.text).toBe("the last word");
});

it("does nothing more once the connection is lost, not even fail", async () => {
  const { out, opened } = await openedStreams(1);
  opened[0]?.send(new TextEncoder().encode("too late"));
  out.abort(new Error("lost"));
  await new Promise(setImmediate);
  expect(opened[0]?.status).not.toBe("open");
});

it("writes an encrypted message whole", async () => {
  const [out, inward] = multiaddrConnectionPair();
  const sent = counting(out);
  const encrypters = await Promise.all(
    [0, 1].map(async () => {
      const privateKey = await generateKeyPair("secp256k1");
      const upgrader = { getStreamMuxers: () => new Map(), getConnectionEncrypters: () => new Map() };
      const components = { privateKey, peerId: peerIdFromPrivateKey(privateKey), logger: defaultLogger(), upgrader };
      return writingWhole(noise())(components as never);
    }),
  );
  const [secured] = await Promise.all([encrypters[0]?.secureOutbound(out), encrypters[1]?.secureInbound(inward)]);
  const before = { ...sent };
  secured?.connection.send(new TextEncoder().encode("hello"));
  expect({ writes: sent.writes - before.writes, parts: sent.parts - before.parts }).toEqual({ writes: 1, parts: 1 });
});

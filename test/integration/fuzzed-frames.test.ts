/**
 * A hundred thousand messages that nobody honest sends, for every decoder of the network. The seed is drawn anew each time and printed;
 * LLOOM_FUZZ_SEED plays one again, LLOOM_FUZZ_FRAMES says how many.
 */
import { randomInt } from "node:crypto";
import { LloomError } from "@lloom/protocol/lloom-error";
import { describe, expect, it } from "vitest";
import { type Seeded, seeded } from "../../protocol/test/seeded.ts";
import { DECODERS, mutate, thrownBy, type WireDecoder } from "../../protocol/test/wire-decoders.ts";

const SEED = Number(process.env["LLOOM_FUZZ_SEED"] ?? randomInt(2 ** 31));
const FRAMES = Number(process.env["LLOOM_FUZZ_FRAMES"] ?? 100_000);
/** CPU of all of them together, and of the dearest: a frame of 4 MiB takes less, on a machine that does much else. */
const CPU_MS = 60_000;
const SLOWEST_MS = 1_000;
/** Memory beyond what there was: the largest frame, decoded, several times. */
const MEMORY_BYTES = 256 * 1024 * 1024;
const MEASURED_EVERY = 500;

const decoders = Object.entries(DECODERS);
const anyDecoder = (random: Seeded): WireDecoder => decoders[random.below(decoders.length)]?.[1] as WireDecoder;

/** Heads of all kinds with lengths that no message has. */
const HUGE_HEADS = [0x1b, 0x3b, 0x5b, 0x7b, 0x9a, 0x9b, 0xba, 0xbb, 0xdb].map((head) => [
  head,
  0,
  0x1f,
  255,
  255,
  255,
  255,
  255,
  255,
]);
/** What stands for the beginning of many things inside each other. */
const NESTED = [0x81, 0x82, 0xa1, 0xc2, 0x9f, 0xbf];
const tooLarge = new Uint8Array(4 * 1024 * 1024 + 1);

/** Ways to spoil a message; each returns bytes for a decoder. */
const SPOILED: Readonly<Record<string, (random: Seeded, decoder: WireDecoder) => Uint8Array>> = {
  noise: (random) => random.bytes(random.below(300)),
  "a message with bytes changed": (random, decoder) => mutate(random, decoder.bytes(random)),
  "a message with bits flipped": (random, decoder) => {
    const bytes = decoder.bytes(random);
    for (let flips = 1 + random.below(8); flips > 0; flips--) {
      const at = random.below(bytes.length);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
    }
    return bytes;
  },
  "a message that is cut off": (random, decoder) => {
    const bytes = decoder.bytes(random);
    return bytes.subarray(0, random.below(bytes.length));
  },
  "a message with more behind": (random, decoder) =>
    Uint8Array.from([...decoder.bytes(random), ...random.bytes(1 + random.below(9))]),
  "halves of two messages": (random, decoder) => {
    const [one, other] = [decoder.bytes(random), anyDecoder(random).bytes(random)];
    return Uint8Array.from([
      ...one.subarray(0, random.below(one.length)),
      ...other.subarray(random.below(other.length)),
    ]);
  },
  "another decoder's message": (random) => anyDecoder(random).bytes(random),
  "a length that is no length": (random, decoder) => {
    const bytes = [...decoder.bytes(random)];
    bytes.splice(random.below(bytes.length), random.below(2), ...(HUGE_HEADS[random.below(HUGE_HEADS.length)] ?? []));
    return Uint8Array.from(bytes);
  },
  "things inside each other": (random, decoder) => {
    const head = NESTED[random.below(NESTED.length)] ?? 0;
    return Uint8Array.from([...Array(random.below(200)).fill(head), ...decoder.bytes(random)]);
  },
  "a message twice": (random, decoder) => {
    const bytes = decoder.bytes(random);
    return Uint8Array.from([...bytes, ...bytes]);
  },
  "more than a message may have": (random, decoder) =>
    tooLarge.subarray(0, decoder.maxBytes + 1 + random.below(tooLarge.length - decoder.maxBytes)),
  "what is right": (random, decoder) => decoder.bytes(random),
};
const ways = Object.entries(SPOILED);

const memory = (): number => {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
};
const cpuMs = (since?: NodeJS.CpuUsage): number => process.cpuUsage(since).user / 1_000;

describe("fuzzed messages", () => {
  it("are refused in our own words, in bounded time and memory, or mean one thing", () => {
    console.log(`${FRAMES} fuzzed messages, LLOOM_FUZZ_SEED=${SEED}`);
    const random = seeded(SEED);
    const [began, before] = [process.cpuUsage(), memory()];
    const codes = new Map<string, number>();
    let [taken, slowestMs, mostMemory] = [0, 0, 0];
    for (let round = 0; round < FRAMES; round++) {
      const [name, decoder] = decoders[round % decoders.length] as [string, WireDecoder];
      const [way, spoil] = ways[random.below(ways.length)] as (typeof ways)[number];
      const bytes = spoil(random, decoder);
      const at = `frame ${round} of LLOOM_FUZZ_SEED=${SEED}, ${way} at ${name}`;
      const start = process.cpuUsage();
      const thrown = thrownBy(decoder.decode, bytes);
      slowestMs = Math.max(slowestMs, cpuMs(start));
      if (round % MEASURED_EVERY === 0) mostMemory = Math.max(mostMemory, memory() - before);
      if (thrown === undefined) {
        taken += 1;
        // What is taken means one thing: it is written and read again as it was.
        const message = decoder.decode(bytes);
        expect(decoder.decode(decoder.encode(message)), at).toEqual(message);
        continue;
      }
      if (!(thrown instanceof LloomError)) throw new Error(at, { cause: thrown });
      const expected = bytes.length > decoder.maxBytes ? "FRAME_TOO_LARGE" : "FRAME_INVALID";
      if (thrown.code !== expected) throw new Error(`${at}: ${thrown.code}`, { cause: thrown });
      codes.set(thrown.code, (codes.get(thrown.code) ?? 0) + 1);
    }
    const tookMs = cpuMs(began);
    console.log({ tookMs, slowestMs, mostMemory, taken, codes: Object.fromEntries(codes) });
    expect([...codes.keys()].sort()).toEqual(["FRAME_INVALID", "FRAME_TOO_LARGE"]);
    expect(taken).toBeGreaterThan(FRAMES / 20);
    expect(slowestMs).toBeLessThan(SLOWEST_MS);
    expect(mostMemory).toBeLessThan(MEMORY_BYTES);
    expect(tookMs).toBeLessThan(CPU_MS);
  });
});

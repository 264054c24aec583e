import { randomBytes, randomInt } from "node:crypto";
import { describe, expect, test } from "vitest";
import { encodeLength, FrameDecoder } from "./framing.ts";

const MAX_BYTES = 300_000;

const frame = (body: Uint8Array) => Buffer.concat([encodeLength(body.length), body]);

function decode(decoder: FrameDecoder, ...chunks: Uint8Array[]): Buffer[] {
  return chunks.flatMap((chunk) => [...decoder.push(chunk)].map((found) => Buffer.from(found)));
}

/** Small and reproducible: mulberry32. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe("encodeLength", () => {
  test.each([
    [1, [0x01]],
    [127, [0x7f]],
    [128, [0x80, 0x01]],
    [300, [0xac, 0x02]],
    [4 * 1024 * 1024, [0x80, 0x80, 0x80, 0x02]],
  ])("writes %i as an unsigned varint", (length, bytes) => {
    expect([...encodeLength(length)]).toEqual(bytes);
  });
});

describe("FrameDecoder", () => {
  test("finds the same frames however the bytes are cut", () => {
    const bytesOfFrames = randomBytes(MAX_BYTES);
    for (let round = 0; round < 40; round += 1) {
      const seed = randomInt(2 ** 31);
      const next = random(seed);
      const bodies = Array.from({ length: 1 + Math.floor(next() * 30) }, () =>
        bytesOfFrames.subarray(0, 1 + Math.floor(next() ** 6 * MAX_BYTES)),
      );
      const bytes = Buffer.concat(bodies.map(frame));
      const decoder = new FrameDecoder(MAX_BYTES);
      const found: Buffer[] = [];
      for (let at = 0; at < bytes.length; ) {
        const end = at + 1 + Math.floor(next() ** 4 * (next() < 0.3 ? 4 : 65_536));
        found.push(...decode(decoder, bytes.subarray(at, end)));
        at = end;
      }
      expect(found.length, `seed ${seed}`).toBe(bodies.length);
      expect(Buffer.concat(found).equals(Buffer.concat(bodies)), `seed ${seed}`).toBe(true);
      expect(decoder.bufferedBytes).toBe(0);
    }
  });

  test("never does more than throw FRAME_INVALID or FRAME_TOO_LARGE, whatever comes", () => {
    for (let round = 0; round < 1_000; round += 1) {
      const seed = randomInt(2 ** 31);
      const next = random(seed);
      const decoder = new FrameDecoder(1_000);
      try {
        for (let chunk = 0; chunk < 5; chunk += 1) {
          const bytes = Uint8Array.from({ length: Math.floor(next() * 40) }, () => Math.floor(next() * 256));
          const shortest = Math.min(1, ...[...decoder.push(bytes)].map((found) => found.length));
          expect({ shortest, bounded: decoder.bufferedBytes <= 1_000 }, `seed ${seed}`).toEqual({
            shortest: 1,
            bounded: true,
          });
        }
      } catch (thrown) {
        expect(thrown, `seed ${seed}`).toMatchObject({ code: expect.stringMatching(/^FRAME_(INVALID|TOO_LARGE)$/) });
      }
    }
  });

  test("takes a frame of the largest size and refuses one byte more before it comes", () => {
    const decoder = new FrameDecoder(1_000);
    expect(decode(decoder, frame(new Uint8Array(1_000)))).toHaveLength(1);
    expect(() => decode(decoder, encodeLength(1_001))).toThrow(
      expect.objectContaining({ code: "FRAME_TOO_LARGE", message: "A frame of 1001 bytes; at most 1000 are taken." }),
    );
  });

  test.each([
    ["an empty frame", [0x00], "FRAME_INVALID"],
    ["a length with needless bytes", [0x81, 0x00], "FRAME_INVALID"],
    ["a length without end", [0xff, 0xff, 0xff, 0xff], "FRAME_TOO_LARGE"],
  ])("refuses %s", (_name, bytes, code) => {
    expect(() => decode(new FrameDecoder(1_000), Uint8Array.from(bytes))).toThrow(expect.objectContaining({ code }));
  });

  test("reserves memory for the bytes that came, not for those that were promised", () => {
    const decoder = new FrameDecoder(MAX_BYTES);
    expect(decode(decoder, Buffer.concat([encodeLength(MAX_BYTES), new Uint8Array(10)]))).toEqual([]);
    expect(decoder.bufferedBytes).toBe(10);
  });
});

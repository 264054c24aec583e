import { encode } from "cborg";
import { describe, expect, it } from "vitest";
import { seeded } from "../test/seeded.ts";
import { encodeCbor } from "./cbor.ts";
import { decodeHotFrame, encodeStatusFrame, encodeTokenFrame } from "./hot-frames.ts";
import { type StatusFrame, type TokenFrame, WIRE_LIMITS } from "./messages.ts";
import { decodeExecutorFrame, encodeExecutorFrame } from "./wire.ts";

const EDGES = [0, 23, 24, 255, 256, 65_535, 65_536, 2 ** 32 - 1];
const token = (text: string, id = 1): TokenFrame => ({ type: "token", id, text });

describe("token frames", () => {
  it("are the bytes that the general encoder makes, and come back, at every size of id and text (seed 11)", () => {
    const random = seeded(11);
    const texts = ["", "a".repeat(23), "b".repeat(24), "c".repeat(255), "d".repeat(256), "e".repeat(65_536)];
    for (const text of [...texts, ...Array.from({ length: 60 }, () => random.text(40))]) {
      for (const id of EDGES) {
        const bytes = encodeTokenFrame(token(text, id));
        expect(Buffer.from(bytes).equals(encodeCbor(token(text, id)))).toBe(true);
        expect(decodeHotFrame(bytes)).toEqual(token(text, id));
      }
    }
  });

  it("keep a byte order mark, which a lenient decoder drops", () => {
    const frame = token("\ufeffhi");
    expect(decodeExecutorFrame(encodeExecutorFrame(frame))).toEqual(frame);
  });

  it("come through the general decoder when the keys are in another order", () => {
    const bytes = encode({ type: "token", text: "\ufeffhé", id: 7 }, { mapSorter: () => 0 });
    expect(decodeHotFrame(bytes)).toBeUndefined();
    expect(decodeExecutorFrame(bytes)).toEqual(token("\ufeffhé", 7));
  });

  it("carry as much text as the limit says, in bytes", () => {
    const most = "é".repeat(WIRE_LIMITS.tokenTextBytes / 2);
    expect(decodeExecutorFrame(encodeExecutorFrame(token(most)))).toEqual(token(most));
    expect(() => encodeExecutorFrame(token(`${most}a`))).toThrow(expect.objectContaining({ code: "FRAME_TOO_LARGE" }));
    const tooLong = encodeCbor(token(`${most}a`));
    expect(() => decodeExecutorFrame(tooLong)).toThrow(expect.objectContaining({ code: "FRAME_INVALID" }));
  });

  it("are not sent with half a surrogate pair", () => {
    expect(() => encodeExecutorFrame(token("half \ud83e"))).toThrow(expect.objectContaining({ code: "FRAME_INVALID" }));
  });

  it("are refused when their text is not UTF-8", () => {
    const bytes = encodeTokenFrame(token("abc"));
    bytes[bytes.indexOf(0x61 /* a */)] = 0xff;
    expect(decodeHotFrame(bytes)).toBeUndefined();
    expect(() => decodeExecutorFrame(bytes)).toThrow(expect.objectContaining({ code: "FRAME_INVALID" }));
  });

  it("are refused when a head is longer than it needs to be", () => {
    const long = [0xa3, 0x62, 0x69, 0x64, 0x18, 1, ...encodeTokenFrame(token("abc")).slice(5)];
    expect(() => decodeExecutorFrame(Uint8Array.from(long))).toThrow(
      expect.objectContaining({ code: "FRAME_INVALID" }),
    );
  });
});

describe("hot frames", () => {
  const frames = [
    encodeTokenFrame(token("abc", 300)),
    encodeStatusFrame({ type: "status", id: 7, state: "running", position: 300 }),
  ];

  it.each(frames.map((bytes) => [bytes ?? new Uint8Array()]))(
    "are left to the general decoder cut off anywhere, followed by anything, or changed",
    (bytes) => {
      expect(decodeHotFrame(bytes)).toBeDefined();
      for (let length = 0; length < bytes.length; length++)
        expect(decodeHotFrame(bytes.subarray(0, length))).toBeUndefined();
      expect(decodeHotFrame(Uint8Array.of(...bytes, 0))).toBeUndefined();
      const names = [...bytes.keys()].filter((at) => at < 4 || (bytes[at] ?? 0) > 0x70);
      for (const at of names) expect(decodeHotFrame(bytes.with(at, 0x21)), `byte ${at}`).toBeUndefined();
    },
  );

  it.each<[string, readonly number[]]>([
    ["one byte where none is needed", [0x18, 23]],
    ["two bytes where one is enough", [0x19, 0, 255]],
    ["four bytes where two are enough", [0x1a, 0, 0, 255, 255]],
    ["eight bytes", [0x1b, 0, 0, 0, 1, 0, 0, 0, 0]],
    ["a negative number", [0x20]],
  ])("are left to the general decoder with an id in %s", (_, id) => {
    const text = encodeTokenFrame(token("abc", 1));
    expect(decodeHotFrame(Uint8Array.of(...text.subarray(0, 4), ...id, ...text.subarray(5)))).toBeUndefined();
  });
});

describe("status frames", () => {
  it("are the bytes that the general encoder makes, and come back", () => {
    for (const state of ["queued", "running"] as const) {
      for (const id of EDGES) {
        for (const position of EDGES) {
          const frame: StatusFrame = { type: "status", id, state, position };
          const bytes = encodeStatusFrame(frame);
          expect(bytes).toEqual(encodeCbor(frame));
          expect(decodeHotFrame(bytes ?? new Uint8Array())).toEqual(frame);
        }
      }
    }
  });

  it("take the general way for a position of more than 32 bits", () => {
    const frame: StatusFrame = { type: "status", id: 1, state: "queued", position: 2 ** 40 };
    expect(encodeStatusFrame(frame)).toBeUndefined();
    expect(decodeExecutorFrame(encodeExecutorFrame(frame))).toEqual(frame);
  });
});

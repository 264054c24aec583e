import { encode } from "cborg";
import { describe, expect, it } from "vitest";
import { WIRE_LIMITS } from "./messages.ts";
import { decodeClientFrame, decodeExecutorFrame, decodeOfferGossip, decodeRpcRequest } from "./wire.ts";

describe("hostile bytes", () => {
  const filled = (byte: number, start: readonly number[], length = WIRE_LIMITS.frameBytes): Uint8Array => {
    const bytes = new Uint8Array(length).fill(byte);
    bytes.set(start);
    return bytes;
  };

  it.each<[string, Uint8Array, RegExp]>([
    ["four million lists inside each other", filled(0x81, []), /containers/],
    ["four million maps inside each other", filled(0xa1, []), /non-string keys|containers/],
    ["four million tags", filled(0xc2, []), /containers/],
    ["a list of four million numbers", filled(0x01, [0x9a, 0, 0x3f, 0xff, 0xfb]), /items/],
    ["a list that says it is longer than memory", Uint8Array.of(0x9b, 0, 0x1f, ...Array(6).fill(0xff)), /entries/],
    ["an integer of four million bytes", filled(9, [0xc2, 0x5a, 0, 0x3f, 0xff, 0xfa]), /more than 32 bytes/],
    ["four million bytes of broken text", filled(0x80, [0x7a, 0, 0x3f, 0xff, 0xfb]), /utf-8/i],
    ["a list without a length", Uint8Array.of(0x9f, 0xff), /indefinite/],
    ["a float", encode({ type: "cancel", id: 1.5 }), /float/],
    ["not a number", encode({ type: "cancel", id: Number.NaN }), /float/],
    ["infinity", encode({ type: "cancel", id: Number.POSITIVE_INFINITY }), /float/],
    ["undefined", Uint8Array.of(0xf7), /undefined/],
    ["a key twice", Uint8Array.of(0xa2, 0x61, 0x61, 1, 0x61, 0x61, 1), /repeat/],
    ["a number in more bytes than it needs", Uint8Array.of(0xa1, 0x61, 0x61, 0x18, 1), /more bytes than necessary/],
    ["a date", Uint8Array.of(0xc1, 0x01), /tag/],
  ])("%s are refused by the bound that they break, before they cost much", (_, bytes, message) => {
    const refused = { code: "FRAME_INVALID", message: expect.stringMatching(message) };
    expect(() => decodeClientFrame(bytes)).toThrow(expect.objectContaining(refused));
  });

  it("are refused by their length alone when they are too many", () => {
    const refused = expect.objectContaining({ code: "FRAME_TOO_LARGE" });
    const bytes = new Uint8Array(WIRE_LIMITS.frameBytes + 1);
    expect(() => decodeClientFrame(bytes)).toThrow(refused);
    expect(() => decodeExecutorFrame(bytes)).toThrow(refused);
    expect(() => decodeOfferGossip(bytes.subarray(0, WIRE_LIMITS.offerBytes + 1))).toThrow(refused);
    expect(() => decodeRpcRequest(bytes.subarray(0, WIRE_LIMITS.rpcBytes + 1))).toThrow(refused);
  });
});

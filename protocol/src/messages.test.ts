import { describe, expect, it } from "vitest";
import { encodeCbor } from "./cbor.ts";
import { WIRE_LIMITS } from "./messages.ts";
import { decodeExecutorFrame, decodeHealthReply, decodeVocabularyReply } from "./wire.ts";

const refusal = (message: RegExp) =>
  expect.objectContaining({ code: "FRAME_INVALID", message: expect.stringMatching(message) });

describe("a health reply", () => {
  const reply = (role: string) =>
    encodeCbor({ role, version: "0.1.0", uptimeMs: 1, peers: 0, offers: 0, load: 1, nowMs: 1 });

  it("is of a role that there is", () => {
    for (const role of ["executor", "validator", "client"])
      expect(decodeHealthReply(reply(role))).toMatchObject({ role });
    expect(() => decodeHealthReply(reply("miner"))).toThrow(refusal(/^role:/));
  });
});

describe("the text of a token frame", () => {
  const frame = (text: string) => encodeCbor({ type: "token", id: 1, text });

  it("is of so many bytes at most, and a longer one is refused with their number", () => {
    const most = WIRE_LIMITS.tokenTextBytes;
    const longest = "a".repeat(most);
    expect(decodeExecutorFrame(frame(longest))).toMatchObject({ text: longest });
    expect(() => decodeExecutorFrame(frame(`${longest}a`))).toThrow(refusal(new RegExp(`^text: .*${most} bytes`)));
  });
});

describe("a part of a vocabulary", () => {
  const reply = (bytes: unknown) => encodeCbor({ totalBytes: WIRE_LIMITS.vocabularyBytes, bytes });

  it("is of so many bytes at most, and anything else is refused with their number", () => {
    const most = WIRE_LIMITS.vocabularyChunkBytes;
    const longest = new Uint8Array(most);
    expect(decodeVocabularyReply(reply(longest))).toMatchObject({ bytes: longest });
    for (const bytes of [new Uint8Array(most + 1), "text", [1], 5])
      expect(() => decodeVocabularyReply(reply(bytes))).toThrow(refusal(new RegExp(`^bytes: .*${most} bytes`)));
  });
});

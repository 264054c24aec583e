import { describe, expect, it } from "vitest";
import { randomClientFrame } from "../test/random-messages.ts";
import { seeded } from "../test/seeded.ts";
import { encodeCbor } from "./cbor.ts";
import { chatMessageSchema, WIRE_LIMITS } from "./messages.ts";
import {
  decodeClientFrame,
  decodeEvidenceCallReply,
  decodeExecutorFrame,
  decodeHealthReply,
  decodeReachReply,
  decodeRpcRequest,
  decodeVocabularyReply,
  encodeClientFrame,
  encodeEvidenceCallReply,
  encodeReachReply,
  encodeRpcRequest,
} from "./wire.ts";

const refusal = (message: RegExp) =>
  expect.objectContaining({ code: "FRAME_INVALID", message: expect.stringMatching(message) });

describe("a turn of a conversation", () => {
  it.each(["system", "user", "assistant", "tools", "tool"])("may be of the role %s", (role) => {
    expect(chatMessageSchema.parse({ role, content: "" })).toEqual({ role, content: "" });
  });

  it.each(["", "developer", "Tool"])("is of no role %j", (role) => {
    expect(chatMessageSchema.safeParse({ role, content: "" }).success).toBe(false);
  });
});

describe("a health reply", () => {
  const reply = (role: string) =>
    encodeCbor({ role, version: "0.1.0", uptimeMs: 1, peers: 0, offers: 0, load: 1, nowMs: 1 });

  it("is of a role that there is", () => {
    for (const role of ["executor", "validator", "client"])
      expect(decodeHealthReply(reply(role))).toMatchObject({ role });
    expect(() => decodeHealthReply(reply("miner"))).toThrow(refusal(/^role:/));
  });
});

describe("a call that asks to be dialled back", () => {
  const call = (...ends: string[]) => ({ method: "reach" as const, ends });
  const again = (...ends: string[]) => decodeRpcRequest(encodeRpcRequest(call(...ends)));

  it.each([
    ["/tcp/4001"],
    ["/tcp/65535/ws"],
    ["/tcp/4002/tls/ws"],
    ["/udp/4003/webrtc-direct"],
    ["/udp/4003/webrtc-direct/certhash/uEiA-_9"],
    ["/udp/4003/webrtc-direct/certhash/uEiA/certhash/uEiB"],
  ])("may name %s", (end) => {
    expect(again(end)).toEqual(call(end));
    const reply = { from: "/ip4/192.0.2.1", reached: [end] };
    expect(decodeReachReply(encodeReachReply(reply))).toEqual(reply);
  });

  it.each([
    [""],
    ["/tcp"],
    ["/tcp/"],
    ["/tcp/123456"],
    ["/tcp/80a"],
    ["/tcp/4001/"],
    ["/tcp/4001/tls"],
    ["/udp/4003"],
    ["/udp/4003/webrtc-direct/certhash/"],
    ["/udp/4003/webrtc-direct/certhash/a.b"],
    ["/udp/123456/webrtc-direct"],
    ["/udp/a/webrtc-direct"],
    ["/ip4/192.0.2.1/tcp/4001"],
    ["/tcp/4001/p2p/somebody"],
  ])("may not name %j, nor may its answer", (end) => {
    expect(() => again(end)).toThrow(refusal(/^ends\.0:/));
    expect(() => decodeReachReply(encodeCbor({ from: "/ip4/192.0.2.1", reached: [end] }))).toThrow(
      refusal(/^reached\.0:/),
    );
  });

  it("names one end at least, and four at most", () => {
    const four = Array(4).fill("/tcp/1");
    expect(again(...four)).toEqual(call(...four));
    for (const ends of [[], [...four, "/tcp/1"]]) expect(() => again(...ends)).toThrow(refusal(/^ends:/));
  });
});

describe("a call about evidence", () => {
  it("names the dispute, and is answered by whether it is wanted", () => {
    const call = { method: "evidence", dispute: `0x${"d1".repeat(32)}` } as const;
    expect(decodeRpcRequest(encodeRpcRequest(call))).toEqual(call);
    for (const wanted of [true, false])
      expect(decodeEvidenceCallReply(encodeEvidenceCallReply({ wanted }))).toEqual({ wanted });
    expect(() => decodeEvidenceCallReply(encodeCbor({}))).toThrow(refusal(/^wanted:/));
  });
});

describe("settings that do not go together", () => {
  it("are refused with the reason", () => {
    const random = seeded(3);
    const frames = Array.from({ length: 9 }, () => randomClientFrame(random));
    const frame = frames.find(({ type }) => type === "request");
    const sampling = { temperatureMilli: 0, topPMilli: 0, topK: 0, seedHigh: 1, stop: [], responseFormat: "text" };
    const bytes = encodeClientFrame({ ...frame, sampling } as Parameters<typeof encodeClientFrame>[0]);
    expect(() => decodeClientFrame(bytes)).toThrow(refusal(/^sampling: seedHigh needs seed\.$/));
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

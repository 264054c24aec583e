import { decode } from "cborg";
import { describe, expect, it } from "vitest";
import { randomClientFrame, randomSignedOffer } from "../test/random-messages.ts";
import { randomRequest, randomResponse, seeded } from "../test/seeded.ts";
import { DECODERS, mutate, thrownBy } from "../test/wire-decoders.ts";
import { decodeCbor, encodeCbor } from "./cbor.ts";
import { hexToBytes } from "./hex.ts";
import { LloomError } from "./lloom-error.ts";
import { type ClientFrame, WIRE_LIMITS } from "./messages.ts";
import {
  decodeClientFrame,
  decodeExecutorFrame,
  decodeHealthReply,
  decodeOffersReply,
  decodeRpcRequest,
  encodeClientFrame,
  encodeExecutorFrame,
  encodeHealthReply,
  encodeOffersReply,
  encodeRpcRequest,
} from "./wire.ts";

const decoders = Object.entries(DECODERS);
const health = { role: "executor", version: "0.1.0", uptimeMs: 2 ** 40, peers: 3, offers: 2, load: 0 } as const;

describe.each(decoders)("%s", (_, { again, bytes, decode: decodeMessage }) => {
  it("comes out as it went in (seed 101)", () => {
    const random = seeded(101);
    for (let round = 0; round < 150; round++) {
      const { sent, received } = again(random);
      expect(received).toEqual(sent);
    }
  });

  it("never throws anything but LloomError, whatever the bytes (seed 102)", () => {
    const random = seeded(102);
    const codes = new Set<string>();
    for (let round = 0; round < 1_500; round++) {
      const tried = round % 3 === 0 ? random.bytes(random.below(200)) : mutate(random, bytes(random));
      const error = thrownBy(decodeMessage, tried);
      if (error === undefined) continue;
      if (!(error instanceof LloomError)) throw error;
      codes.add(error.code);
    }
    expect([...codes]).toEqual(["FRAME_INVALID"]);
  });

  it.each([null, true, 5, "text", [], [1], {}, Uint8Array.of(1)].map((value) => [value]))(
    "is refused, naming no field or one, when it is %j",
    (value) => {
      const message = expect.stringMatching(
        /^(message|type|method|offers|role|response|totalBytes|acknowledged|entrusted): /,
      );
      expect(thrownBy(decodeMessage, encodeCbor(value))).toMatchObject({ code: "FRAME_INVALID", message });
    },
  );

  it("is refused when it is cut off anywhere, or followed by anything (seed 103)", () => {
    const whole = bytes(seeded(103));
    for (let length = 0; length < whole.length; length++) {
      expect(thrownBy(decodeMessage, whole.subarray(0, length))).toMatchObject({ code: "FRAME_INVALID" });
    }
    expect(thrownBy(decodeMessage, Uint8Array.of(...whole, 0))).toMatchObject({ code: "FRAME_INVALID" });
  });

  it("comes as well out of a part of a larger buffer (seed 104)", () => {
    const whole = bytes(seeded(104));
    const larger = Buffer.concat([Buffer.from([1, 2, 3]), whole, Buffer.from([4])]);
    expect(decodeMessage(larger.subarray(3, -1))).toEqual(decodeMessage(whole));
  });
});

describe("the form on the wire", () => {
  const frame = { ...requestFrame(), ignored: 1 };

  function requestFrame(): ClientFrame & { type: "request" } {
    for (let seed = 1; ; seed++) {
      const made = randomClientFrame(seeded(seed));
      if (made.type === "request") return made;
    }
  }

  /** The frame with one thing changed in its wire form. */
  const changed = (change: (wire: Record<string, Record<string, unknown>>) => void): Uint8Array => {
    const wire = decodeCbor(encodeClientFrame(frame)) as Record<string, Record<string, unknown>>;
    change(wire);
    return encodeCbor(wire);
  };

  it("has hashes, addresses and signatures as byte strings and amounts as integers", () => {
    const request = { ...randomRequest(seeded(9)), lane: 2n ** 64n - 1n, inboundPrice: 2n ** 64n, costCap: 5n };
    const wire = decode(encodeClientFrame({ ...frame, request }), { tags: { 2: (content) => content() } });
    expect(wire.request.client).toEqual(hexToBytes(request.client));
    expect(wire.request.promptHash).toEqual(hexToBytes(request.promptHash));
    expect(wire.signature.r).toEqual(hexToBytes(frame.signature.r));
    expect(wire.promptSalt).toEqual(hexToBytes(frame.promptSalt));
    expect(wire.request.lane).toBe(2n ** 64n - 1n);
    expect(wire.request.inboundPrice).toEqual(Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0));
    expect(wire.request.costCap).toBe(5);
  });

  it("has no hex in any message (seed 105)", () => {
    const random = seeded(105);
    for (const [name, { bytes }] of decoders) {
      for (let round = 0; round < 30; round++) {
        const readable = JSON.stringify(decodeCbor(bytes(random)), (_, value) =>
          typeof value === "bigint" ? Number(value) : value,
        );
        expect(readable, name).not.toContain('"0x');
      }
    }
  });

  it("may hold keys that we do not know: they are dropped", () => {
    const { ignored: _, ...known } = frame;
    expect(decodeClientFrame(changed((wire) => Object.assign(wire, { later: { x: 1 } })))).toEqual(known);
  });

  it.each<[string, (wire: Record<string, Record<string, unknown>>) => void, RegExp]>([
    [
      "a hash is text",
      (wire) => Object.assign(wire["request"] ?? {}, { promptHash: frame.request.promptHash }),
      /^request.promptHash must be a byte string/,
    ],
    [
      "a hash is short",
      (wire) => Object.assign(wire["request"] ?? {}, { promptHash: new Uint8Array(31) }),
      /^request.promptHash: must be 32 bytes/,
    ],
    [
      "an amount is text",
      (wire) => Object.assign(wire["request"] ?? {}, { costCap: "5" }),
      /^request.costCap must be an integer/,
    ],
    ["an amount is negative", (wire) => Object.assign(wire["request"] ?? {}, { costCap: -1 }), /^request.costCap:/],
    [
      "an amount is too large",
      (wire) => Object.assign(wire["request"] ?? {}, { lane: 2n ** 64n - 1n, deadline: 2 ** 40 }),
      /^request.deadline:/,
    ],
    ["a nonce is zero", (wire) => Object.assign(wire["request"] ?? {}, { nonce: 0 }), /^request.nonce:/],
    ["a field is missing", (wire) => delete wire["signature"]?.["vs"], /^signature.vs:/],
    ["a request is no map", (wire) => Object.assign(wire, { request: [] }), /^request:/],
    ["there are no messages", (wire) => Object.assign(wire, { messages: [] }), /^messages:/],
    [
      "a role is unknown",
      (wire) => Object.assign(wire, { messages: [{ role: "root", content: "" }] }),
      /^messages.0.role:/,
    ],
    ["the kind of frame is unknown", (wire) => Object.assign(wire, { type: "later" }), /^type:/],
  ])("is refused, naming the field, when %s", (_, change, message) => {
    expect(thrownBy(decodeClientFrame, changed(change))).toMatchObject({
      code: "FRAME_INVALID",
      message: expect.stringMatching(message),
    });
  });

  it("has model names of up to 200 bytes, and finish reasons of the contract", () => {
    const asking = (model: string) => () => decodeRpcRequest(encodeRpcRequest({ method: "offers", model }));
    for (const model of ["a", "a".repeat(200), "é".repeat(100)]) expect(asking(model)()).toMatchObject({ model });
    for (const model of ["", "a".repeat(201), `${"é".repeat(100)}a`])
      expect(asking(model)).toThrow(expect.objectContaining({ code: "FRAME_INVALID" }));
    const random = seeded(8);
    const response = (finishReason: bigint) => ({
      ...{ type: "response" as const, id: 1, signature: frame.signature, contentSalt: random.hash() },
      response: { ...randomResponse(random), finishReason },
    });
    const passing = (finishReason: bigint) => () => decodeExecutorFrame(encodeExecutorFrame(response(finishReason)));
    expect(passing(3n)()).toMatchObject({ response: { finishReason: 3n } });
    expect(passing(4n)).toThrow(expect.objectContaining({ code: "FRAME_INVALID" }));
  });

  it("names the field of an offer by its place in the list", () => {
    const broken = (offers: unknown) => thrownBy(decodeOffersReply, encodeCbor({ offers }));
    const { offers } = decodeCbor(
      encodeOffersReply({ offers: [1, 2].map((seed) => randomSignedOffer(seeded(seed))) }),
    ) as {
      offers: [unknown, { signature: object }];
    };
    const [first, second] = offers;
    expect(broken([first, { ...second, signature: { ...second.signature, r: "text" } }])).toMatchObject({
      message: "offers.1.signature.r must be a byte string.",
    });
    for (const none of [5, null, {}])
      expect(broken(none)).toMatchObject({ code: "FRAME_INVALID", message: expect.stringMatching(/^offers: /) });
  });

  it("leaves out what a call does not ask for", () => {
    const asking = { method: "offers", model: undefined, executor: undefined } as const;
    expect(decodeRpcRequest(encodeRpcRequest(asking))).toEqual({ method: "offers" });
  });

  it("tells a peer's time where the peer says it", () => {
    const known = { ...health, nowMs: 1_800_000_000_000 };
    expect(decodeHealthReply(encodeHealthReply(known))).toEqual(known);
  });

  it("says why a peer has no answer", () => {
    const error = { error: { code: "RATE_LIMITED" as const, message: "Wait." } };
    expect(decodeOffersReply(encodeOffersReply(error))).toEqual(error);
    for (const code of ["NO_SUCH", ["QUEUE_FULL"]]) {
      const unknown = encodeCbor({ error: { code, message: "" } });
      expect(thrownBy(decodeOffersReply, unknown)).toMatchObject({ message: expect.stringMatching(/^error.code:/) });
    }
  });

  it("refuses to send what the receiver would refuse by its length", () => {
    const offers = Array.from({ length: WIRE_LIMITS.offers }, () => ({
      ...randomSignedOffer(seeded(1)),
      multiaddrs: Array(16).fill("/".repeat(256)),
    }));
    expect(() => encodeOffersReply({ offers })).toThrow(expect.objectContaining({ code: "FRAME_TOO_LARGE" }));
  });
});

import type { RPC } from "@libp2p/gossipsub/message";
import { expect, test } from "vitest";
import { wholeMessageId } from "./whole-message-id.ts";

const bytes = (...of: number[]): Uint8Array => Uint8Array.of(...of);
const MESSAGE: RPC.Message = {
  ...{ from: bytes(1), data: bytes(2, 3), seqno: bytes(4), topic: "offers", signature: bytes(5), key: bytes(6) },
};

test.each<[string, Partial<RPC.Message>]>([
  ["author", { from: bytes(9) }],
  ["data", { data: bytes(2) }],
  ["number", { seqno: bytes(9) }],
  ["topic", { topic: "others" }],
  ["signature, without which a forger could keep the true message out", { signature: bytes(9) }],
  ["key", { key: bytes(9) }],
  ["empty key", { key: bytes() }],
  ["way of cutting the same bytes", { data: bytes(2), seqno: bytes(3, 4) }],
])("another %s is another message", (_name, change) => {
  expect(wholeMessageId({ ...MESSAGE, ...change })).not.toBe(wholeMessageId(MESSAGE));
});

test("a lacking part is not an empty one, and equal messages are equal", () => {
  const { key: _key, ...keyless } = MESSAGE;
  expect(wholeMessageId(keyless)).not.toBe(wholeMessageId({ ...MESSAGE, key: bytes() }));
  expect(wholeMessageId({ ...MESSAGE, data: bytes(2, 3) })).toBe(wholeMessageId(MESSAGE));
});

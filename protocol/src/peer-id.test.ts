import { describe, expect, it } from "vitest";
import { bytesToHex } from "./hex.ts";
import { peerIdBytes } from "./peer-id.ts";

/** The curve's generator: the public key of the secret 1. */
const GENERATOR = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";

describe("peerIdBytes", () => {
  it("is the identity multihash (0x00, 37 bytes) of libp2p's protobuf of the compressed public key", () => {
    const secret = new Uint8Array(32);
    secret[31] = 1;
    expect(bytesToHex(peerIdBytes(secret))).toBe(`0x0025${"08021221"}${GENERATOR}`);
  });
});

import { AbiCoder, concat, keccak256, toUtf8Bytes } from "ethers";
import { describe, expect, it } from "vitest";
import { seeded } from "../test/seeded.ts";
import { type AuditChain, chainSecret, chainTip, MAX_CHAIN_LENGTH, preimageAt, walkBack } from "./audit-chains.ts";

const step = (validator: string, value: string): string =>
  keccak256(AbiCoder.defaultAbiCoder().encode(["address", "bytes32"], [validator, value]));

describe("chains of preimages", () => {
  it("lead from each epoch's preimage one step back to that of the epoch before, and at last to the tip (seed 2935)", () => {
    const random = seeded(2935);
    for (let length = 1; length < 20; length++) {
      const [validator, secret, firstEpoch] = [random.address(), random.hash(), random.uint(32)];
      const chain: AuditChain = { validator, secret, firstEpoch, lastEpoch: firstEpoch + BigInt(length) - 1n };
      let value: string = chainTip(validator, secret, length);
      for (let epoch = firstEpoch; epoch <= chain.lastEpoch; epoch++) {
        const preimage = preimageAt(chain, epoch);
        expect(step(validator, preimage)).toBe(value);
        value = preimage;
      }
      expect(value).toBe(secret);
    }
  });

  it("take so many steps and then so many as the sum", () => {
    const random = seeded(1);
    const [validator, value] = [random.address(), random.hash()];
    expect(walkBack(validator, walkBack(validator, value, 5), 7)).toBe(walkBack(validator, value, 12));
    expect(walkBack(validator, value, 0)).toBe(value);
  });

  it("refuse lengths and epochs outside of them", () => {
    const random = seeded(2);
    const chain: AuditChain = { validator: random.address(), secret: random.hash(), firstEpoch: 10n, lastEpoch: 12n };
    for (const length of [0, -1, 1.5, MAX_CHAIN_LENGTH + 1, Number.NaN]) {
      expect(() => chainTip(chain.validator, chain.secret, length)).toThrow("covers 1 to 8192 epochs");
    }
    for (const length of [1, MAX_CHAIN_LENGTH])
      expect(chainTip(chain.validator, chain.secret, length)).toBe(walkBack(chain.validator, chain.secret, length));
    expect(preimageAt(chain, 12n)).toBe(chain.secret);
    expect(preimageAt(chain, 10n)).toBe(walkBack(chain.validator, chain.secret, 2));
    for (const epoch of [9n, 13n]) expect(() => preimageAt(chain, epoch)).toThrow("covers epochs 10 to 12");
  });

  it("have no more steps than a chain may, wherever they are said to end", () => {
    const random = seeded(2);
    const [validator, secret] = [random.address(), random.hash()];
    const most = BigInt(MAX_CHAIN_LENGTH);
    const first = (lastEpoch: bigint) => preimageAt({ validator, secret, firstEpoch: 0n, lastEpoch }, 0n);
    expect(first(most)).toBe(walkBack(validator, secret, MAX_CHAIN_LENGTH));
    for (const lastEpoch of [most + 1n, 2n ** 64n])
      expect(() => first(lastEpoch)).toThrow(expect.objectContaining({ code: "REQUEST_INVALID" }));
  });

  it("refuse values and validators of another size", () => {
    const random = seeded(3);
    expect(() => walkBack(random.address(), "0x12", 1)).toThrow("value must be 32 bytes");
    expect(() => walkBack(random.hash(), random.hash(), 1)).toThrow("validator must be 20 bytes");
  });
});

describe("chainSecret", () => {
  const random = seeded(4);
  const key = random.bytes(32);
  const place = { chainId: 31337n, audits: random.address(), validator: random.address(), index: 0n };

  it("is the hash of the key and of the chain's place in words, so that the key alone restores it", () => {
    const words = `lloom/audit-chain/31337/${place.audits}/${place.validator}/0`;
    expect(chainSecret(key, place)).toBe(keccak256(concat([key, toUtf8Bytes(words)])));
  });

  it("is the same for the same chain, in whatever case its addresses are written", () => {
    const shouted = { ...place, audits: `0x${place.audits.slice(2).toUpperCase()}` as const };
    expect(chainSecret(key, shouted)).toBe(chainSecret(key, place));
  });

  it("is another for every other key and chain", () => {
    const places = [
      place,
      { ...place, chainId: 1n },
      { ...place, audits: random.address() },
      { ...place, validator: random.address() },
      { ...place, index: 1n },
    ];
    const secrets = [...places.map((each) => chainSecret(key, each)), chainSecret(random.bytes(32), place)];
    expect(new Set(secrets).size).toBe(6);
  });

  it("needs a key of 32 bytes", () => {
    expect(() => chainSecret(random.bytes(31), place)).toThrow("must be 32 bytes");
  });
});

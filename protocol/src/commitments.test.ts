import { TypedDataEncoder } from "ethers";
import { hashTypedData } from "viem";
import { describe, expect, it } from "vitest";
import {
  randomAllocation,
  randomOffer,
  randomRequest,
  randomResponse,
  randomResponseAck,
  randomSignerAuthorization,
  randomUnlock,
  randomWithdrawal,
  type Seeded,
  seeded,
} from "../test/seeded.ts";
import { type CommitmentDomain, type CommitmentHasher, createCommitmentHasher, EIP712_TYPES } from "./commitments.ts";
import { accountingV2Abi } from "./generated/abi.ts";

type TypeName = Exclude<keyof typeof EIP712_TYPES, "EIP712Domain">;
type Fields = readonly { readonly name: string; readonly type: string }[];

const domain: CommitmentDomain = { chainId: 31337n, accounting: "0x5fbdb2315678afecb367f032d93f642f64180aa3" };
const hasher = createCommitmentHasher(domain);

const ethersDomain = ({ chainId, accounting }: CommitmentDomain) => ({
  name: "Lloom",
  version: "2",
  chainId,
  verifyingContract: accounting,
});

const ethersHash = (name: TypeName, value: object, at = domain): string =>
  TypedDataEncoder.hash(ethersDomain(at), { [name]: [...EIP712_TYPES[name]] }, { ...value });

/** A random value of each type with our hash of it. */
const HASHES: Record<TypeName, (random: Seeded, hasher: CommitmentHasher) => { value: object; hash: string }> = {
  LlmRequestCommitment: (random, { hashRequest }) => hashed(randomRequest(random), hashRequest),
  LlmResponseCommitment: (random, { hashResponse }) => hashed(randomResponse(random), hashResponse),
  ModelOffer: (random, { hashOffer }) => hashed(randomOffer(random), hashOffer),
  Allocation: (random, { hashAllocation }) => hashed(randomAllocation(random), hashAllocation),
  Unlock: (random, { hashUnlock }) => hashed(randomUnlock(random), hashUnlock),
  Withdrawal: (random, { hashWithdrawal }) => hashed(randomWithdrawal(random), hashWithdrawal),
  SignerAuthorization: (random, { hashSignerAuthorization }) =>
    hashed(randomSignerAuthorization(random), hashSignerAuthorization),
  ResponseAck: (random, { hashResponseAck }) => hashed(randomResponseAck(random), hashResponseAck),
};

function hashed<Value extends object>(value: Value, hash: (value: Value) => string) {
  return { value, hash: hash(value) };
}

const typeNames = Object.keys(HASHES) as TypeName[];

describe("createCommitmentHasher", () => {
  it.each(typeNames)("hashes 200 random values of %s as ethers does (seed 712)", (name) => {
    const random = seeded(712);
    for (let round = 0; round < 200; round++) {
      const { value, hash } = HASHES[name](random, hasher);
      expect(hash).toBe(ethersHash(name, value));
    }
  });

  it.each(typeNames)("binds %s to chain and contract (seed 713)", (name) => {
    const other: CommitmentDomain = { chainId: 2n ** 200n + 1n, accounting: `0x${"ff".repeat(20)}` };
    const { value, hash } = HASHES[name](seeded(713), createCommitmentHasher(other));
    expect(hash).toBe(ethersHash(name, value, other));
    expect(hash).not.toBe(ethersHash(name, value));
  });

  it("tells the domain separator that the contract must return", () => {
    expect(hasher.domainSeparator).toBe(TypedDataEncoder.hashDomain(ethersDomain(domain)));
  });

  it("takes a checksummed address as the same address", () => {
    const request = { ...randomRequest(seeded(1)), client: domain.accounting };
    const checksummed = { ...request, client: "0x5FbDB2315678afecb367f032d93F642f64180aa3" as const };
    expect(hasher.hashRequest(checksummed)).toBe(hasher.hashRequest(request));
  });

  it("leaves nothing of a value behind for the next", () => {
    const small = { ...randomAllocation(seeded(2)), amount: 1n, nonce: 0n };
    const before = hasher.hashAllocation(small);
    hasher.hashAllocation({ ...small, amount: 2n ** 96n - 1n, nonce: 2n ** 256n - 1n });
    expect(hasher.hashAllocation(small)).toBe(before);
  });

  it.each([
    ["a negative amount", { amount: -1n }, /amount/],
    ["an amount of 97 bits", { amount: 2n ** 96n }, /amount/],
    ["a nonce of 257 bits", { nonce: 2n ** 256n }, /nonce/],
    ["a number where an integer belongs", { deadline: 5 }, /deadline/],
    ["a short address", { client: "0x00" }, /client/],
    ["a long address", { client: `0x${"00".repeat(21)}` }, /client/],
    ["an address that is missing", { client: undefined }, /client/],
    ["an address of 40 other characters", { client: `0x${"zz".repeat(20)}` }, /client/],
    ["an address beyond ASCII", { client: `0x${"é".repeat(40)}` }, /client/],
    ["an address without 0x", { client: "00".repeat(21) }, /client/],
  ])("refuses %s and names the field", (_, wrong, message) => {
    const allocation = { ...randomAllocation(seeded(3)), ...wrong } as Parameters<typeof hasher.hashAllocation>[0];
    expect(() => hasher.hashAllocation(allocation)).toThrow(
      expect.objectContaining({ code: "REQUEST_INVALID", message: expect.stringMatching(message) }),
    );
  });

  it("refuses a model name that has no UTF-8", () => {
    for (const model of ["half \ud83e", undefined as unknown as string])
      expect(() => hasher.hashRequest({ ...randomRequest(seeded(4)), model })).toThrow(
        expect.objectContaining({ code: "REQUEST_INVALID", message: expect.stringMatching(/model/) }),
      );
  });
});

describe("EIP712_TYPES", () => {
  it("lists every type that is hashed, and the domain", () => {
    expect(Object.keys(EIP712_TYPES)).toEqual(["EIP712Domain", ...typeNames]);
  });

  it.each(typeNames)("makes wallets hash %s as we do, the domain by its own type in the list (seed 714)", (name) => {
    const { value, hash } = HASHES[name](seeded(714), hasher);
    const asked = { domain: ethersDomain(domain), primaryType: name, message: value };
    const digest = (types: object) => hashTypedData({ ...asked, types } as Parameters<typeof hashTypedData>[0]);
    expect(digest(EIP712_TYPES)).toBe(hash);
    expect(digest({ ...EIP712_TYPES, EIP712Domain: [] })).not.toBe(hash);
  });

  /** Members of a struct, from the compiled contract's function of that name. */
  const compiled = (name: string): Fields => {
    const entry = accountingV2Abi.find((item) => item.type === "function" && item.name === name);
    if (entry?.type !== "function") throw new TypeError(`The contract has no function ${name}.`);
    const [first] = entry.inputs as readonly { name: string; type: string; components?: Fields }[];
    const fields = first?.components ?? (entry.inputs as Fields);
    return fields.map((field) => ({ name: field.name, type: field.type }));
  };

  it("has the request of the compiled contract, whose calldata carries the model's hash", () => {
    const signed = EIP712_TYPES.LlmRequestCommitment.map((field) =>
      field.name === "model" ? { name: "model", type: "bytes32" } : field,
    );
    expect(signed).toEqual(compiled("hashRequest"));
  });

  it("has the response of the compiled contract", () => {
    expect(EIP712_TYPES.LlmResponseCommitment).toEqual(compiled("hashResponse"));
  });

  it.each([
    ["Allocation", "allocateBySig"],
    ["Unlock", "requestUnlockBySig"],
    ["Withdrawal", "withdrawBySig"],
  ] as const)("has the %s that %s takes", (type, action) => {
    expect(EIP712_TYPES[type]).toEqual(compiled(action).filter(({ name }) => name !== "signature"));
  });
});

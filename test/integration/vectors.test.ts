/**
 * The protocol's vectors against the contract itself, on a real chain in this process. A vector names its deployment, so the
 * contract's code is put at the vector's address on a chain with the vector's id; EIP712 then rebuilds its domain.
 */
import { readFileSync } from "node:fs";
import type { RequestCommitment, ResponseCommitment } from "@lloom/protocol/commitment-types";
import { type CommitmentDomain, createCommitmentHasher } from "@lloom/protocol/commitments";
import { accountingV2Abi } from "@lloom/protocol/generated/abi";
import { rejectionOf } from "@lloom/protocol/rejections";
import { signDigest } from "@lloom/protocol/signatures";
import { Contract, getBytes, Interface, id } from "ethers";
import { network } from "hardhat";
import { beforeAll, describe, expect, it } from "vitest";
import lloomModule from "../../ignition/modules/Lloom.ts";

interface Signed {
  readonly r: string;
  readonly vs: string;
}
type Fields = Readonly<Record<string, string>>;

interface LaneVector {
  readonly name: string;
  readonly rejection: string;
  readonly request: Fields;
  readonly requestHash: string;
  readonly clientSignature: Signed;
  readonly response: Fields;
  readonly responseHash: string;
  readonly executorSignature: Signed;
}

interface Vectors {
  readonly commitments: {
    readonly domains: readonly {
      readonly domain: string;
      readonly chainId: string;
      readonly verifyingContract: string;
      readonly domainSeparator: string;
    }[];
    readonly digests: readonly {
      readonly domain: string;
      readonly type: string;
      readonly name: string;
      readonly value: Fields;
      readonly digest: string;
    }[];
  };
  readonly costs: { readonly vectors: readonly Fields[] };
  readonly lanes: { readonly honest: readonly LaneVector[]; readonly wrong: readonly LaneVector[] };
  readonly signatures: {
    readonly parties: Readonly<Record<"client" | "executor", { readonly secret: string }>>;
    readonly types: readonly {
      readonly type: string;
      readonly kind: string;
      readonly digest: string;
      readonly signature: Signed;
    }[];
  };
}

function readVectors<Name extends keyof Vectors>(name: Name): Vectors[Name] {
  const file = new URL(`../../protocol/vectors/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, "utf8")) as Vectors[Name];
}

const { domains, digests } = readVectors("commitments");
const { honest, wrong } = readVectors("lanes");

/** The contract as it is at a vector's deployment. */
async function deployAt({ chainId, accounting }: CommitmentDomain): Promise<Contract> {
  const { ethers, ignition, networkHelpers } = await network.create({
    override: { chainId: Number(chainId), initialDate: "2029-01-01T00:00:00Z" },
  });
  const deployed = await ignition.deploy(lloomModule);
  await networkHelpers.setCode(accounting, await ethers.provider.getCode(await deployed.accounting.getAddress()));
  return new Contract(accounting, new Interface(JSON.stringify(accountingV2Abi)), ethers.provider);
}

const domainOf = (name: string): CommitmentDomain => {
  const found = domains.find(({ domain }) => domain === name);
  const accounting = (found?.verifyingContract ?? "0x") as CommitmentDomain["accounting"];
  return { chainId: BigInt(found?.chainId ?? 0), accounting };
};

/** As calldata has it: the hash of the model's name. */
const asCalldata = <Value extends { readonly model: string } | Fields>(request: Value) => ({
  ...request,
  model: id(request["model"] ?? ""),
});

describe.each(domains)("at the deployment $domain", ({ domain, domainSeparator }) => {
  let accounting: Contract;
  beforeAll(async () => {
    accounting = await deployAt(domainOf(domain));
  });

  it("the contract has the vectors' domain separator", async () => {
    expect(await accounting.getFunction("domainSeparator")()).toBe(domainSeparator);
  });

  const ofContract = digests.filter((vector) => vector.domain === domain && vector.type.startsWith("Llm"));
  it.each(ofContract)("the contract has the vectors' digest of $type, $name", async ({ type, value, digest }) => {
    const hashed =
      type === "LlmRequestCommitment"
        ? accounting.getFunction("hashRequest")(asCalldata(value))
        : accounting.getFunction("hashResponse")(value);
    expect(await hashed).toBe(digest);
  });
});

describe("at the main deployment", () => {
  let accounting: Contract;
  beforeAll(async () => {
    accounting = await deployAt(domainOf("main"));
  });

  /** What the contract says of a pair's terms. It holds no money here, which it says only once the terms are met. */
  async function judge(pair: object): Promise<string | undefined> {
    const rejection = rejectionOf(await accounting.getFunction("checkPair")(pair));
    return rejection === "NothingToPay" ? "None" : rejection;
  }

  it.each([...honest, ...wrong])("$name: $rejection", async (vector) => {
    expect(await judge({ ...vector, request: asCalldata(vector.request) })).toBe(vector.rejection);
  });

  /** The typical value of a type, with the signature that signatures.json has for it. */
  function signedValue(type: string): { value: Fields; signature: Signed } {
    const found = digests.find(
      (vector) => vector.domain === "main" && vector.type === type && vector.name === "typical",
    );
    const { types } = readVectors("signatures");
    const signed = types.find(({ digest, kind }) => kind === "right" && digest === found?.digest);
    if (found === undefined || signed === undefined) throw new TypeError(`no signed ${type}`);
    return { value: found.value, signature: signed.signature };
  }

  /** The contract's error by which a call fails, as `Name(arg,arg)`. */
  async function refusalOf(call: Promise<unknown>): Promise<string> {
    const data = await call.then(
      () => "0x",
      (thrown: { data?: unknown }) => String(thrown.data),
    );
    const error = accounting.interface.parseError(data);
    return error === null ? data : `${error.name}(${error.args.join(",")})`;
  }

  it("the contract takes the allocation's signature: all that it misses is the money", async () => {
    const { value, signature } = signedValue("Allocation");
    const { client, executor, amount, nonce, deadline } = value;
    const allocate = accounting.getFunction("allocateBySig");
    const call = allocate.staticCall(client, executor, amount, nonce, deadline, signature);
    expect(await refusalOf(call)).toBe("AccountingInsufficientDeposit(0,25000000)");
  });

  it("the contract takes the signatures of an unlock and a withdrawal: all that it misses is the money", async () => {
    const unlock = signedValue("Unlock");
    const { client, executor, amount, nonce, deadline } = unlock.value;
    const unlocking = accounting
      .getFunction("requestUnlockBySig")
      .staticCall(client, executor, amount, nonce, deadline, unlock.signature);
    expect(await refusalOf(unlocking)).toBe("AccountingInsufficientChannel(0,4000000)");
    const { value, signature } = signedValue("Withdrawal");
    const withdraw = accounting.getFunction("withdrawBySig");
    const paid = withdraw.staticCall(
      value["client"],
      value["to"],
      value["amount"],
      value["nonce"],
      deadline,
      signature,
    );
    expect(await refusalOf(paid)).toBe("AccountingInsufficientDeposit(0,3000000)");
    const elsewhere = withdraw.staticCall(
      value["client"],
      client,
      value["amount"],
      value["nonce"],
      deadline,
      signature,
    );
    expect(await refusalOf(elsewhere)).toMatch(/^AccountingWrongSigner/);
  });

  it("the contract takes the session signer's proof of possession from the principal alone", async () => {
    const { value, signature } = signedValue("SignerAuthorization");
    const { principal, signer, deadline, nonce } = value;
    const authorize = accounting.getFunction("authorizeSigner");
    expect(await authorize.staticCall(signer, deadline, nonce, signature, { from: principal })).toEqual([]);
    const byAnother = authorize.staticCall(signer, deadline, nonce, signature, { from: signer });
    expect(await refusalOf(byAnother)).toMatch(/^AccountingWrongSigner/);
  });

  it("the contract has the vectors' costs, and takes no unit more or less", async () => {
    const hasher = createCommitmentHasher(domainOf("main"));
    const { parties } = readVectors("signatures");
    const [first] = honest;
    const typical = first === undefined ? undefined : integers<RequestCommitment>(first.request);
    const answer = first === undefined ? undefined : integers<ResponseCommitment>(first.response);
    if (typical === undefined || answer === undefined) throw new TypeError("lanes.json has an honest lane");

    for (const vector of readVectors("costs").vectors) {
      const { inboundTokens, outboundTokens, inboundPrice, outboundPrice, cost } = integers<CostVector>(vector);
      const request = {
        ...typical,
        inboundPrice,
        outboundPrice,
        maxInboundTokens: inboundTokens,
        maxOutboundTokens: outboundTokens,
        costCap: 2n ** 96n - 1n,
      };
      const requestHash = hasher.hashRequest(request);
      for (const claimed of [cost - 1n, cost, cost + 1n].filter((each) => each >= 0n && each < 2n ** 96n)) {
        const response = { ...answer, requestHash, inboundTokens, outboundTokens, cumulativeCost: claimed };
        const expected = claimed === cost ? "None" : "CostArithmetic";
        expect(
          await judge({
            request: asCalldata(request),
            response,
            clientSignature: signDigest(requestHash, getBytes(parties.client.secret)),
            executorSignature: signDigest(hasher.hashResponse(response), getBytes(parties.executor.secret)),
          }),
          `${cost} claimed as ${claimed}`,
        ).toBe(expected);
      }
    }
  });
});

interface CostVector {
  readonly inboundTokens: bigint;
  readonly outboundTokens: bigint;
  readonly inboundPrice: bigint;
  readonly outboundPrice: bigint;
  readonly cost: bigint;
}

/** A vector's value with its decimal strings as integers. */
function integers<Value extends object>(fields: Fields): Value {
  const parsed = Object.entries(fields).map(([name, value]) => [name, /^\d+$/.test(value) ? BigInt(value) : value]);
  return Object.fromEntries(parsed) as Value;
}

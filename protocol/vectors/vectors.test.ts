import { readFileSync } from "node:fs";
import {
  AbiCoder,
  concat,
  keccak256,
  recoverAddress as recoverByEthers,
  Signature,
  TypedDataEncoder,
  toUtf8Bytes,
} from "ethers";
import { describe, expect, it } from "vitest";
import { bytesToHex, hexToBytes } from "../src/hex.ts";
import { requestProblem, responseProblem } from "../src/lane.ts";
import { recoverAddress } from "../src/signatures.ts";
import {
  decodeAcknowledgeReply,
  decodeAnswerReply,
  decodeClientFrame,
  decodeEntrustReply,
  decodeEvidenceCallReply,
  decodeExecutorFrame,
  decodeHealthReply,
  decodeOfferGossip,
  decodeOffersReply,
  decodeRpcRequest,
  decodeVocabularyReply,
} from "../src/wire.ts";
import { auditVectors } from "./audits.ts";
import { collectionVectors } from "./collections.ts";
import { commitmentVectors } from "./commitments.ts";
import { contentVectors } from "./contents.ts";
import { costVectors } from "./costs.ts";
import { disputeVectors } from "./disputes.ts";
import { VECTOR_FILES, vectorText } from "./files.ts";
import { frameVectors } from "./frames.ts";
import { type LaneVector, laneVectors } from "./lanes.ts";
import { rootByDefinition } from "./root-by-definition.ts";
import { signatureVectors } from "./signatures.ts";

describe("the files", () => {
  it.each(Object.keys(VECTOR_FILES))("%s holds what the protocol makes", (file) => {
    expect(readFileSync(new URL(file, import.meta.url), "utf8")).toBe(vectorText(file));
  });
});

describe("audits.json", () => {
  const { chains, seeds, assignments, rows } = auditVectors();
  const hashed = (types: readonly string[], values: readonly unknown[]): string =>
    keccak256(AbiCoder.defaultAbiCoder().encode(types, values));

  it.each(chains)("has the tip of $validator's $length preimages", ({ validator, secret, length, ...ends }) => {
    const values = [secret as string];
    for (let i = 0n; i < length; i++) values.push(hashed(["address", "bytes32"], [validator, values.at(-1)]));
    expect(ends).toEqual({ tip: values.at(-1), firstPreimage: values.at(-2) });
  });

  it.each(seeds)("has the seed of epoch $epoch on chain $chainId", ({ chainId, audits, epoch, prevRandao, seed }) => {
    expect(hashed(["uint256", "address", "uint256", "bytes32"], [chainId, audits, epoch, prevRandao])).toBe(seed);
  });

  it.each(assignments)("draws $executor once in $odds", ({ seed, preimage, executor, odds, assigned }) => {
    const drawn = BigInt(hashed(["bytes32", "bytes32", "address"], [seed, preimage, executor]));
    expect(drawn <= (2n ** 256n - 1n) / odds).toBe(assigned);
  });

  it("has rows of both kinds", () => {
    expect(rows.filter(({ accepted }) => accepted).map(({ logLikelihood }) => logLikelihood)).toEqual([
      -4_200n,
      13_815n,
      0n,
      -1n,
      2_147_483_647n,
    ]);
    expect(rows.filter(({ accepted }) => !accepted)).toHaveLength(8);
  });
});

describe("collections.json", () => {
  const { nonces, types, authorizations } = collectionVectors();

  it("has a nonce of its own for each purpose, beneficiary and salt, as the Collector hashes them", () => {
    const hashed = nonces.map(({ purpose, beneficiary, salt }) =>
      keccak256(
        AbiCoder.defaultAbiCoder().encode(
          ["uint8", "address", "bytes32"],
          [["Deposit", "Stake", "Credit"].indexOf(purpose), beneficiary, salt],
        ),
      ),
    );
    expect(nonces.map(({ nonce }) => nonce)).toEqual(hashed);
    expect(new Set(hashed).size).toBe(nonces.length);
  });

  it.each(authorizations)("has ethers' digest of the authorization over $value", (vector) => {
    const { tokenSeparator, digest, ...authorization } = vector;
    const structHash = TypedDataEncoder.from({
      ReceiveWithAuthorization: [...types.ReceiveWithAuthorization],
    }).hash(authorization);
    expect(keccak256(concat(["0x1901", tokenSeparator, structHash]))).toBe(digest);
  });
});

describe("commitments.json", () => {
  const { types, domains, digests } = commitmentVectors();
  const ethersDomain = (wanted: string) => {
    const found = domains.find(({ domain }) => domain === wanted);
    if (found === undefined) throw new TypeError(`no deployment ${wanted}`);
    const { name, version, chainId, verifyingContract } = found;
    return { name, version, chainId, verifyingContract };
  };

  it.each(domains)("has ethers' domain separator of $domain", ({ domain, domainSeparator }) => {
    expect(TypedDataEncoder.hashDomain(ethersDomain(domain))).toBe(domainSeparator);
  });

  it.each(digests)("has ethers' digest of $type, $name, for $domain", ({ domain, type, value, digest }) => {
    expect(TypedDataEncoder.hash(ethersDomain(domain), { [type]: [...types[type]] }, { ...value })).toBe(digest);
  });
});

describe("signatures.json", () => {
  /** By ethers, which takes a high s in its compact form without complaint: so its answer counts only for a low one. */
  const byEthers = (digest: string, { r, vs }: { r: string; vs: string }): string | null => {
    try {
      return recoverByEthers(digest, Signature.from({ r, yParityAndS: vs })).toLowerCase();
    } catch {
      return null;
    }
  };

  const { types, malformed } = signatureVectors();

  it.each(malformed)("$name", ({ name, digest, signature, claimed, recovered, valid }) => {
    expect(recoverAddress(digest, signature) ?? null).toBe(recovered);
    expect(recovered === claimed).toBe(valid);
    if (!name.startsWith("s is one above")) expect(byEthers(digest, signature)).toBe(recovered);
  });

  it.each(types)("$type $kind", ({ digest, signature, claimed, recovered, valid }) => {
    expect(byEthers(digest, signature)).toBe(recovered);
    expect(recovered === claimed).toBe(valid);
  });

  it("has every signed type with one right signature and four wrong ones", () => {
    const wanted = Object.keys({ ...commitmentVectors().types, ...disputeVectors().types });
    expect(types.filter(({ valid }) => valid).map(({ type }) => type)).toEqual(wanted);
    for (const type of wanted) expect(types.filter((vector) => vector.type === type && !vector.valid)).toHaveLength(4);
  });
});

describe("costs.json", () => {
  it.each(costVectors().vectors)("$inboundTokens x $inboundPrice + $outboundTokens x $outboundPrice", (vector) => {
    const scaled = vector.inboundTokens * vector.inboundPrice + vector.outboundTokens * vector.outboundPrice;
    const missing = vector.cost * 1_000_000n - scaled;
    expect(missing >= 0n && missing < 1_000_000n).toBe(true);
  });
});

describe("contents.json", () => {
  const { prompts, answers, params, merkle, delivery, chunks } = contentVectors();
  const salted = (salt: string, json: string): string =>
    keccak256(AbiCoder.defaultAbiCoder().encode(["bytes32", "string"], [salt, json]));
  const sorted = (value: unknown): unknown =>
    value !== null && typeof value === "object" && !Array.isArray(value)
      ? Object.fromEntries(
          Object.entries(value)
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([k, v]) => [k, sorted(v)]),
        )
      : Array.isArray(value)
        ? value.map(sorted)
        : value;

  it.each(prompts)("has the prompt $json", ({ salt, messages, json, promptHash }) => {
    expect(json).toBe(JSON.stringify(sorted(messages)));
    expect(promptHash).toBe(salted(salt, json));
  });

  it.each(answers)("has the answer $json", ({ salt, text, json, contentHash }) => {
    expect(json).toBe(JSON.stringify({ content: text, role: "assistant" }));
    expect(contentHash).toBe(salted(salt, json));
  });

  it.each(params)("has the parameters $json", ({ json, paramsHash, ...hashed }) => {
    expect(json).toBe(JSON.stringify(sorted(hashed)));
    expect(paramsHash).toBe(keccak256(toUtf8Bytes(json)));
  });

  it.each(merkle)("has the root of $leaves", ({ leaves, root: expected }) => {
    expect(expected).toBe(rootByDefinition(leaves));
  });

  it.each(delivery)("has the delivery hash of $count bytes", ({ count, deliveryHash }) => {
    const chunks = Array.from({ length: Math.ceil(count / 4_096) }, (_, index) =>
      Math.min(4_096, count - index * 4_096),
    );
    expect(deliveryHash).toBe(rootByDefinition(chunks.map((length) => `0x${"61".repeat(length)}`)));
  });

  it.each(chunks)("has the proof of chunk $index of $count bytes", ({ count, index, deliveryHash, proof }) => {
    const answer = Uint8Array.from({ length: count }, (_, at) => at + (at >> 12));
    const siblings = [...proof];
    let hash = keccak256(concat(["0x00", answer.subarray(index * 4_096, (index + 1) * 4_096)]));
    let width = Math.ceil(count / 4_096);
    for (let at = index; width > 1; at >>= 1, width = Math.ceil(width / 2)) {
      if (at % 2 === 0 && at + 1 === width) continue;
      const sibling = siblings.shift() ?? "0x";
      hash = keccak256(concat(at % 2 === 0 ? ["0x01", hash, sibling] : ["0x01", sibling, hash]));
    }
    expect(siblings).toEqual([]);
    expect(hash).toBe(deliveryHash);
  });
});

describe("disputes.json", () => {
  const { votes, types, consents, openings, concessions } = disputeVectors();

  it.each(concessions)("has ethers' digest of the concession of $id under $domainSeparator", (vector) => {
    const structHash = TypedDataEncoder.from({ DeliveryConcession: [...types.DeliveryConcession] }).hash({
      id: vector.id,
    });
    expect(keccak256(concat(["0x1901", vector.domainSeparator, structHash]))).toBe(vector.digest);
  });

  it.each(openings)("has ethers' digest of the consent to $opener under $domainSeparator", (vector) => {
    const { opener, responseHash } = vector;
    const structHash = TypedDataEncoder.hashStruct(
      "DeliveryConsent",
      { DeliveryConsent: [...types.DeliveryConsent] },
      { opener, responseHash },
    );
    expect(keccak256(concat(["0x1901", vector.domainSeparator, structHash]))).toBe(vector.digest);
  });

  it.each(votes)("has the commitment of $juror to $choice", ({ disputeId, round, juror, choice, salt, commitment }) => {
    const types = ["bytes32", "uint256", "address", "uint8", "bytes32"];
    const encoded = AbiCoder.defaultAbiCoder().encode(types, [disputeId, round, juror, choice, salt]);
    expect(commitment).toBe(keccak256(encoded));
  });

  it.each(consents)("has the digest under $domainSeparator", ({ domainSeparator, challenger, requestHash, digest }) => {
    const struct = TypedDataEncoder.hashStruct(
      "DisputeConsent",
      { DisputeConsent: [...types.DisputeConsent] },
      { challenger, requestHash },
    );
    expect(digest).toBe(keccak256(concat(["0x1901", domainSeparator, struct])));
  });
});

describe("lanes.json", () => {
  const { honest, wrong } = laneVectors();

  const problemOf = ({ state, request, response, requestHash, ...signed }: LaneVector): string | null => {
    const isSigned =
      recoverAddress(requestHash, signed.clientSignature) === request.client &&
      recoverAddress(signed.responseHash, signed.executorSignature) === request.executor;
    if (!isSigned) return "SIGNATURE_INVALID";
    const problem = requestProblem(state, request) ?? responseProblem({ state, request, requestHash, response });
    return problem?.code ?? null;
  };

  it.each([...honest, ...wrong])("$name: $problem", (vector) => {
    expect(problemOf(vector)).toBe(vector.problem);
  });

  it("has an honest lane that goes on from answer to answer", () => {
    expect(honest.map(({ problem }) => problem)).toEqual([null, null, null, null]);
    expect(honest.map(({ state }) => state.cost)).toEqual([0n, 90n, 523n, 523n]);
    for (const [index, vector] of honest.slice(1).entries()) {
      expect(vector.request.prevResponseHash).toBe(honest[index]?.responseHash);
    }
  });
});

describe("frames.json", () => {
  const decoders = {
    clientFrames: decodeClientFrame,
    executorFrames: decodeExecutorFrame,
    gossip: decodeOfferGossip,
    rpcRequests: decodeRpcRequest,
    offersReplies: decodeOffersReply,
    healthReplies: decodeHealthReply,
    acknowledgeReplies: decodeAcknowledgeReply,
    entrustReplies: decodeEntrustReply,
    evidenceCallReplies: decodeEvidenceCallReply,
    answerReplies: decodeAnswerReply,
    vocabularyReplies: (bytes: Uint8Array) => {
      const reply = decodeVocabularyReply(bytes);
      return "bytes" in reply ? { ...reply, bytes: bytesToHex(reply.bytes) } : reply;
    },
  };

  it.each(Object.entries(frameVectors()))("%s decode to their messages", (kind, vectors) => {
    const decode: (bytes: Uint8Array) => unknown = decoders[kind as keyof typeof decoders];
    for (const { message, cbor } of vectors) expect(decode(hexToBytes(cbor))).toEqual(message);
  });
});

/** An answer with everything that opens it, signed. */
import { hashContent, hashParams, hashPrompt } from "../src/canonical.ts";
import type { Address, CompactSignature, Hex, Receipt } from "../src/commitment-types.ts";
import type { CommitmentHasher } from "../src/commitments.ts";
import type { EvidencePart, WhyMissing } from "../src/evidence-messages.ts";
import type { HeldEvidence } from "../src/evidence-parts.ts";
import { answerCost, EMPTY_LANE, type LaneState, nextRequestFields, worstCost } from "../src/lane.ts";
import { deliveryHash } from "../src/merkle.ts";
import type { OpenedPrompt } from "../src/opened-prompt.ts";
import { hashProfile } from "../src/profile.ts";
import type { TokenCounts } from "../src/token-counts.ts";
import { encodeTraceLeaf, packTrace, type TokenOdds, traceRoot } from "../src/trace.ts";

/** More parts than any answer has. */
const MOST_PARTS = 10_000;

/** All parts; what makes them for ever is cut off, and seen. */
export function collected(parts: Iterable<EvidencePart>): EvidencePart[] {
  const all: EvidencePart[] = [];
  for (const part of parts) if (all.push(part) === MOST_PARTS) break;
  return all;
}

export interface Signer {
  readonly address: Address;
  sign(digest: Hex): CompactSignature;
}

export interface StagedEvidence {
  readonly held: { readonly [Thing in keyof HeldEvidence]: Exclude<HeldEvidence[Thing], WhyMissing> };
  readonly requestHash: Hex;
  readonly responseHash: Hex;
  readonly leaves: readonly Uint8Array[];
  readonly receipt: Receipt;
}

export interface Staging {
  readonly hasher: CommitmentHasher;
  readonly client: Signer;
  readonly executor: Signer;
  readonly lane?: bigint;
  readonly tokens?: number;
  /** Names the tokens of its trace: by numbers unless given. */
  readonly tokenOf?: (index: number) => TokenOdds["token"];
  readonly text?: string;
  /** As the executor states. */
  readonly counted?: TokenCounts;
  /** What the executor promised; without one only its hash is known. */
  readonly profile?: string | undefined;
  /** Unix seconds, of the request. */
  readonly deadline?: bigint;
}

const salt = (byte: string): Hex => `0x${byte.repeat(32)}`;

/** The first answer of a lane, acknowledged. */
export function stageEvidence({
  hasher,
  client,
  executor,
  lane = 1n,
  tokens = 3,
  tokenOf = (index) => 1000 + index,
  text = "A cat 🐈.",
  profile,
  counted = { inboundTokens: 12, outboundTokens: 5 },
  deadline = 1_900_000_000n,
}: Staging): StagedEvidence {
  const prompt: OpenedPrompt = {
    promptSalt: salt("5a"),
    messages: [{ role: "user", content: `Tell me of lane ${lane}.` }],
    sampling: { temperatureMilli: 700, topPMilli: 950, topK: 40, seed: 7, stop: ["\n"], responseFormat: "text" },
    ...{ weightsHash: salt("c1"), profileHash: salt("c2"), offerHash: salt("c3") },
    ...(profile === undefined ? {} : { profile, profileHash: hashProfile(profile) }),
  };
  const leaves = Array.from({ length: tokens }, (_, index) =>
    encodeTraceLeaf(
      { ...{ token: tokenOf(index), logprob: -12 }, likeliest: [{ token: tokenOf(index), logprob: -12 }] },
      index,
    ),
  );
  const terms = {
    maxInboundTokens: 200n,
    maxOutboundTokens: 100n,
    inboundPrice: 1_000_000n,
    outboundPrice: 2_000_000n,
  };
  const request = {
    ...{ client: client.address, executor: executor.address, model: "lloom-tiny", lane, deadline },
    promptHash: hashPrompt(prompt.promptSalt, prompt.messages),
    paramsHash: hashParams(prompt),
    ...terms,
    ...nextRequestFields(EMPTY_LANE),
    costCap: worstCost(terms),
  };
  const requestHash = hasher.hashRequest(request);
  const bytes = new TextEncoder().encode(text);
  const counts = {
    ...{ inboundTokens: BigInt(counted.inboundTokens), outboundTokens: BigInt(counted.outboundTokens) },
    finishReason: 1n,
  };
  const response = {
    ...{ requestHash, ...counts, timestamp: deadline - 10n },
    contentHash: hashContent(salt("5b"), text),
    deliveryHash: deliveryHash(bytes),
    traceRoot: traceRoot(leaves),
    cumulativeCost: answerCost(request, counts),
    ...{ cumulativeInbound: counts.inboundTokens, cumulativeOutbound: counts.outboundTokens },
  };
  const responseHash = hasher.hashResponse(response);
  const receipt: Receipt = {
    ...{ request, response },
    clientSignature: client.sign(requestHash),
    executorSignature: executor.sign(responseHash),
  };
  const held = {
    ...{ receipt, prompt, text: { contentSalt: salt("5b"), bytes }, trace: packTrace(leaves) },
    acknowledgement: { signature: client.sign(hasher.hashResponseAck({ requestHash, responseHash })) },
  };
  return { held, requestHash, responseHash, leaves, receipt };
}

/** The request that comes after a staged answer, and acknowledges it. */
export function laterRequest({ hasher, client }: Pick<Staging, "hasher" | "client">, staged: StagedEvidence) {
  const { request, response } = staged.receipt;
  const state: LaneState = {
    ...{ nonce: request.nonce, cost: response.cumulativeCost, responseHash: staged.responseHash },
    ...{ inbound: response.cumulativeInbound, outbound: response.cumulativeOutbound },
  };
  const later = { ...request, ...nextRequestFields(state), costCap: state.cost + worstCost(request) };
  return { request: later, signature: client.sign(hasher.hashRequest(later)) };
}

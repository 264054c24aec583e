/** Lanes as honest parties make them, with everything in them random. */

import { secp256k1 } from "@noble/curves/secp256k1.js";
import type { Receipt, RequestCommitment, ResponseCommitment } from "../src/commitment-types.ts";
import type { CommitmentHasher } from "../src/commitments.ts";
import { addressFromPublicKey } from "../src/hex.ts";
import { advance, answerCost, EMPTY_LANE, type LaneState, nextRequestFields, worstCost } from "../src/lane.ts";
import { signDigest } from "../src/signatures.ts";
import { randomRequest, randomResponse, type Seeded } from "./seeded.ts";

export interface Party {
  readonly secret: Uint8Array;
  readonly address: `0x${string}`;
}

/** A party whose secret is one byte repeated. */
export function party(byte: number): Party {
  const secret = new Uint8Array(32).fill(byte);
  return { secret, address: addressFromPublicKey(secp256k1.getPublicKey(secret)) };
}

export const CLIENT = party(0xc1);
export const EXECUTOR = party(0xe1);

/** One answer of a lane: the state before it, and what was signed. */
export interface Step {
  readonly state: LaneState;
  readonly receipt: Receipt;
  /** The state after it. */
  readonly next: LaneState;
}

const below = (random: Seeded, limit: bigint): bigint => (limit === 0n ? 0n : random.uint(64) % (limit + 1n));

/** A request that an honest client would send next, for random prices and limits. */
export function honestRequest(random: Seeded, state: LaneState): RequestCommitment {
  const request: RequestCommitment = {
    ...randomRequest(random),
    client: CLIENT.address,
    executor: EXECUTOR.address,
    inboundPrice: random.uint(40),
    outboundPrice: random.uint(40),
    lane: 7n,
    ...nextRequestFields(state),
  };
  return { ...request, costCap: request.ackedCost + worstCost(request) + below(random, 1000n) };
}

/** What an honest executor would answer to it. */
export function honestResponse(
  random: Seeded,
  { state, request, requestHash }: { state: LaneState; request: RequestCommitment; requestHash: `0x${string}` },
): ResponseCommitment {
  const counted = {
    ...randomResponse(random),
    requestHash,
    inboundTokens: below(random, request.maxInboundTokens),
    outboundTokens: below(random, request.maxOutboundTokens),
  };
  return {
    ...counted,
    cumulativeCost: request.ackedCost + answerCost(request, counted),
    cumulativeInbound: state.inbound + counted.inboundTokens,
    cumulativeOutbound: state.outbound + counted.outboundTokens,
  };
}

/** A lane of so many signed answers. */
export function honestLane(random: Seeded, hasher: CommitmentHasher, answers: number): Step[] {
  const steps: Step[] = [];
  let state = EMPTY_LANE;
  for (let answer = 0; answer < answers; answer++) {
    const request = honestRequest(random, state);
    const requestHash = hasher.hashRequest(request);
    const response = honestResponse(random, { state, request, requestHash });
    const responseHash = hasher.hashResponse(response);
    const next = advance(state, response, responseHash);
    const receipt: Receipt = {
      request,
      response,
      clientSignature: signDigest(requestHash, CLIENT.secret),
      executorSignature: signDigest(responseHash, EXECUTOR.secret),
    };
    steps.push({ state, receipt, next });
    state = next;
  }
  return steps;
}

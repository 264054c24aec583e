import { type ContractTransactionReceipt, id, type Wallet } from "ethers";
import { LANE_START, type LaneParties, requestAfter, responseTo, type SignedAnswer, signPair } from "./lane.ts";
import type { Market } from "./market.ts";
import { hashResponse } from "./typed-data.ts";

/** Base units for the channel. */
const ALLOCATED = 1_000_000n;
const SALT = id("a reporter's secret");

/** As `proveEquivocation` takes it. */
export interface ResponseProof {
  readonly request: SignedAnswer["pair"]["request"];
  readonly first: SignedAnswer["response"];
  readonly second: SignedAnswer["response"];
  readonly firstSignature: SignedAnswer["pair"]["executorSignature"];
  readonly secondSignature: SignedAnswer["pair"]["executorSignature"];
}

export interface ProofOptions {
  readonly executor: Wallet;
  readonly client: Wallet;
  readonly reporter: Wallet;
  /** Whether the reporter commits to the proof in the block before. */
  readonly committed: boolean;
  /** Whether the executor was paid for its first answer before, so that there is a tail to give back. */
  readonly settled: boolean;
}

export interface ProvenFault {
  readonly proof: ResponseProof;
  readonly receipt: ContractTransactionReceipt;
}

/** An executor answers the first request of the client twice, and is reported. */
export async function proveTwoResponses(market: Market, options: ProofOptions): Promise<ProvenFault> {
  const { executor, client, reporter, committed, settled } = options;
  await market.accounting.send(client, "allocate", executor.address, ALLOCATED);
  const parties = { domain: market.domain, client, executor, deadline: await market.deadline() };
  const { proof, pair } = answerTwice(parties);
  if (settled) await market.accounting.send(executor, "settle", [pair]);
  if (committed) {
    const digests = [proof.first, proof.second].map((response) => hashResponse(market.domain, response));
    const commitment = await market.disputes.read("reportCommitment", reporter.address, SALT, ...digests);
    await market.disputes.send(reporter, "commitReport", commitment);
  }
  const receipt = await market.disputes.send(reporter, "proveEquivocation", proof, SALT);
  return { proof, receipt };
}

/** Two signed answers to the first request of a lane, the second of them longer; the pair is the first. */
function answerTwice(parties: LaneParties): { proof: ResponseProof; pair: SignedAnswer["pair"] } {
  const request = requestAfter(parties, LANE_START);
  const answer = { inboundTokens: 812n, outboundTokens: 345n };
  const one = signPair(parties, request, responseTo(request, LANE_START, answer));
  const other = signPair(parties, request, responseTo(request, LANE_START, { ...answer, outboundTokens: 400n }));
  const proof = {
    request: one.pair.request,
    first: one.response,
    second: other.response,
    firstSignature: one.pair.executorSignature,
    secondSignature: other.pair.executorSignature,
  };
  return { proof, pair: one.pair };
}

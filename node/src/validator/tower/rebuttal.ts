import type { Address, Hex, ResponseCommitment } from "@lloom/protocol/commitment-types";
import type { CommitmentHasher } from "@lloom/protocol/commitments";
import { LONGEST_DEADLINE_SECONDS } from "@lloom/protocol/evidence-windows";
import { deliveryDisputesFacts } from "@lloom/protocol/generated/facts";
import { toBeHex, zeroPadValue } from "ethers";
import type { Chain } from "../../chain/chain.ts";
import type { ContractCall } from "../../chain/contract-call.ts";
import { accountingInterface } from "../../chain/contracts.ts";
import { rebutByAckCall, rebutByRequestCall } from "../../chain/disputes/delivery-calls.ts";
import { readSettledResponse } from "../../chain/disputes/settled-pair.ts";
import { readFor } from "../../chain/reads.ts";
import { blockAt } from "../../chain/watch/block-at.ts";
import { decodeEvent } from "../../chain/watch/events.ts";
import { readLogs } from "../../chain/watch/past-logs.ts";
import type { GuardedLane, GuardedPair } from "../../store/validator/entrusted-log.ts";

export interface Disputed extends GuardedLane {
  /** Digest of the response. */
  readonly id: Hex;
  readonly nonce: bigint;
}

export interface RebuttalParts {
  readonly chain: Chain;
  readonly disputes: Address;
  readonly hasher: CommitmentHasher;
}

/** The call that answers a dispute by what the client signed, if the pair of its lane holds that. */
export async function rebuttalOf(
  { chain, disputes, hasher }: RebuttalParts,
  disputed: Disputed,
  { receipt, acknowledgement }: GuardedPair,
): Promise<ContractCall | undefined> {
  const { request, response } = receipt;
  if (request.nonce === disputed.nonce) {
    const isSame = hasher.hashResponse(response) === disputed.id;
    return isSame && acknowledgement !== undefined ? rebutByAckCall(disputes, receipt, acknowledgement) : undefined;
  }
  if (request.nonce < disputed.nonce) return undefined;
  const settled = await settledResponse(chain, hasher, disputed);
  return settled && rebutByRequestCall(disputes, settled, receipt);
}

/** From the earliest settlement of an answer, of which executors take none with a later deadline, to the end of its last dispute. */
const DISPUTED_SECONDS =
  LONGEST_DEADLINE_SECONDS + deliveryDisputesFacts.CHALLENGE_WINDOW + deliveryDisputesFacts.REVEAL_WINDOW;

/** What is disputed was settled: the transaction shows it. */
async function settledResponse(
  chain: Chain,
  hasher: CommitmentHasher,
  { id, client, executor, lane }: Disputed,
): Promise<ResponseCommitment | undefined> {
  const topic = (value: string): Hex => zeroPadValue(value, 32) as Hex;
  const topics = [
    (accountingInterface.getEvent("LaneSettled")?.topicHash ?? null) as Hex | null,
    topic(client),
    topic(executor),
    toBeHex(lane, 32) as Hex,
  ];
  // What was settled earlier can be disputed no more.
  const fromBlock = await blockAt(chain, (await chain.nowSeconds()) - DISPUTED_SECONDS);
  const toBlock = await readFor("the latest block", chain.provider.getBlockNumber());
  const settlements = await readLogs(chain, { address: chain.accounting, topics }, { fromBlock, toBlock });
  for (const log of settlements) {
    const event = decodeEvent(log);
    if (event?.type !== "LaneSettled" || event.responseHash !== id) continue;
    const { transactionHash, responseHash } = event;
    return (await readSettledResponse(chain, hasher, { transactionHash, responseHash }))?.response;
  }
  return undefined;
}

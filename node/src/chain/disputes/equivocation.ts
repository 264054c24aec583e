import type {
  Address,
  CompactSignature,
  Hex,
  ModelOffer,
  RequestCommitment,
  ResponseCommitment,
} from "@lloom/protocol/commitment-types";
import { equivocationDisputesFacts, stakeRegistryFacts } from "@lloom/protocol/generated/facts";
import { AbiCoder, keccak256, toUtf8Bytes } from "ethers";
import { hashedModel } from "../account/settle.ts";
import type { Chain } from "../chain.ts";
import type { ContractCall } from "../contract-call.ts";
import { equivocation } from "../contracts.ts";
import { readFor } from "../reads.ts";
import { GAS_BOUNDS } from "../send/gas.ts";
import { readPastLogs } from "../watch/past-logs.ts";

/** Two responses to one request, each as its executor signed it. */
export interface TwoAnswers {
  readonly request: RequestCommitment;
  readonly first: SignedResponse;
  readonly second: SignedResponse;
}

export interface SignedResponse {
  readonly response: ResponseCommitment;
  readonly executorSignature: CompactSignature;
}

/** Two offers of one executor and id, each as it signed them. */
export interface TwoOffers {
  readonly first: OwnOffer;
  readonly second: OwnOffer;
}

/** An offer and its executor's own signature. */
export interface OwnOffer {
  readonly offer: ModelOffer;
  readonly signature: CompactSignature;
}

/** How a report stands. */
export interface EquivocationReport {
  /** Block of the reporter's commitment; zero if there is none. */
  readonly committedAt: bigint;
  readonly provenBy: "nobody" | "self" | "another";
  /** The reporter's share, while it waits for somebody who had committed earlier. */
  readonly waiting: { readonly provenAt: bigint; readonly payableAt: bigint; readonly isOwn: boolean } | undefined;
}

/** How long after a request's deadline, or after the end of an offer, two signatures count. */
export const EQUIVOCATION_SECONDS = equivocationDisputesFacts.EVIDENCE_WINDOW;

/** Whether two responses say different things; only their time may differ in an honest retry. */
export const contradict = (one: ResponseCommitment, other: ResponseCommitment): boolean =>
  Object.entries(one).some(
    ([name, value]) => name !== "timestamp" && other[name as keyof ResponseCommitment] !== value,
  );

const abi = AbiCoder.defaultAbiCoder();

/** The fault's id in its contract: one per executor and request. */
export const equivocationId = (executor: Address, requestHash: Hex): Hex =>
  keccak256(
    abi.encode(
      ["uint8", "address", "bytes32"],
      [stakeRegistryFacts.Offence.indexOf("Equivocation"), executor, requestHash],
    ),
  ) as Hex;

/** The same for two offers: one per executor and id. */
export const offerEquivocationId = ({ executor, offerId }: Pick<ModelOffer, "executor" | "offerId">): Hex =>
  keccak256(
    abi.encode(
      ["uint8", "address", "uint64"],
      [stakeRegistryFacts.Offence.indexOf("OfferEquivocation"), executor, offerId],
    ),
  ) as Hex;

/** What a reporter commits to before it shows its proof. */
export const reportCommitment = (
  reporter: Address,
  { salt, first, second }: { readonly salt: Hex; readonly first: Hex; readonly second: Hex },
): Hex => keccak256(abi.encode(["address", "bytes32", "bytes32", "bytes32"], [reporter, salt, first, second])) as Hex;

export const commitReportCall = (disputes: Address, commitment: Hex): ContractCall => ({
  what: "commit to a report of two signatures",
  to: disputes,
  data: equivocation.encode("commitReport", [commitment]),
  gasLimit: GAS_BOUNDS.commitReport,
});

/** Brings the proof: the executor is slashed and jailed at once. */
export const proveEquivocationCall = (
  disputes: Address,
  { request, first, second }: TwoAnswers,
  salt: Hex,
): ContractCall => ({
  what: "prove two answers to one request",
  to: disputes,
  data: equivocation.encode("proveEquivocation", [
    {
      request: hashedModel(request),
      first: first.response,
      second: second.response,
      firstSignature: first.executorSignature,
      secondSignature: second.executorSignature,
    },
    salt,
  ]),
  gasLimit: GAS_BOUNDS.proveEquivocation,
});

/** Brings two offers: a tenth of the smallest stake is taken at once. */
export const proveOfferEquivocationCall = (
  disputes: Address,
  { first, second }: TwoOffers,
  salt: Hex,
): ContractCall => ({
  what: "prove two offers of one id",
  to: disputes,
  data: equivocation.encode("proveOfferEquivocation", [
    {
      ...{ first: hashedOffer(first.offer), second: hashedOffer(second.offer) },
      ...{ firstSignature: first.signature, secondSignature: second.signature },
    },
    salt,
  ]),
  gasLimit: GAS_BOUNDS.proveEquivocation,
});

/** An offer as calldata: the model's name by its hash. */
const hashedOffer = (offer: ModelOffer) => ({ ...offer, model: keccak256(toUtf8Bytes(offer.model)) });

/** Which report is meant. */
export interface AskedReport {
  readonly id: Hex;
  readonly commitment: Hex;
  readonly reporter: Address;
  /** By which the contract says who proved it. */
  readonly event?: "EquivocationProven" | "OfferEquivocationProven";
}

/** Reads how a report of this account stands. */
export async function readReport(
  chain: Chain,
  disputes: Address,
  { id, commitment, reporter, event = "EquivocationProven" }: AskedReport,
): Promise<EquivocationReport> {
  const ask = (data: Hex) => readFor("the report", chain.provider.call({ to: disputes, data }));
  const topics = [equivocation.topicOf(event), id];
  const [committed, waits, isProven] = await Promise.all([
    ask(equivocation.encode("commitments", [commitment])),
    ask(equivocation.encode("reports", [id])),
    readFor("the report", chain.contracts.stakeRegistry.isSlashed(disputes, id)),
  ]);
  const { reporter: waiter, provenAt, payableAt } = equivocation.parsed.decodeFunctionResult("reports", waits);
  // Only a proof's event names who brought it; the chain's past is not searched for one that is not there.
  const [proof] = isProven ? await readPastLogs(chain, { address: disputes, topics }) : [];
  const prover = proof && equivocation.parsed.parseLog(proof)?.args["reporter"];
  return {
    committedAt: BigInt(committed),
    provenBy: prover === undefined ? "nobody" : isSame(prover, reporter) ? "self" : "another",
    waiting: BigInt(waiter) === 0n ? undefined : { provenAt, payableAt, isOwn: isSame(waiter, reporter) },
  };
}

const isSame = (address: unknown, other: Address): boolean => String(address).toLowerCase() === other;

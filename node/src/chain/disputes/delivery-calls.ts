import type { Address, CompactSignature, Hex, Receipt, ResponseCommitment } from "@lloom/protocol/commitment-types";
import { deliveryChunks, merkleProof } from "@lloom/protocol/merkle";
import { hexlify } from "ethers";
import { hashedModel, pairOf } from "../account/settle.ts";
import type { ContractCall } from "../contract-call.ts";
import { delivery } from "../contracts.ts";
import { GAS_BOUNDS, revealGas } from "../send/gas.ts";

/** What parties ask DeliveryDisputes for, as calls that nobody has signed yet. */

/** Says that the answer of a settled receipt never came; `bond` goes along, and what is too much of it comes back. */
export const openDisputeCall = (disputes: Address, receipt: Receipt, bond: bigint): ContractCall => ({
  what: "dispute an answer that never came",
  to: disputes,
  data: delivery.encode("open", [pairOf(receipt)]),
  value: bond,
  gasLimit: GAS_BOUNDS.openDispute,
});

/** The same for a client that signed it to this very account, which posts the bond and gets it back. */
export const openDisputeForCall = (
  disputes: Address,
  receipt: Receipt,
  { bond, consent }: { readonly bond: bigint; readonly consent: CompactSignature },
): ContractCall => ({
  what: "dispute an answer that never came",
  to: disputes,
  data: delivery.encode("openFor", [pairOf(receipt), consent]),
  value: bond,
  gasLimit: GAS_BOUNDS.openDispute,
});

/** Withdraws one's own dispute; all of the bond comes back. */
export const cancelDisputeCall = (disputes: Address, id: Hex): ContractCall => ({
  what: "cancel a dispute",
  to: disputes,
  data: delivery.encode("cancel", [id]),
  gasLimit: GAS_BOUNDS.endDispute,
});

/** Ends a dispute that nobody answered in time. */
export const pokeDisputeCall = (disputes: Address, id: Hex): ContractCall => ({
  what: "end a dispute that was not answered",
  to: disputes,
  data: delivery.encode("poke", [id]),
  gasLimit: GAS_BOUNDS.endDispute,
});

/** Shows an answer of a few chunks, whole. */
export const revealCall = (disputes: Address, response: ResponseCommitment, answer: Uint8Array): ContractCall => ({
  what: "reveal an answer",
  to: disputes,
  data: delivery.encode("reveal", [response, hexlify(answer)]),
  gasLimit: revealGas(answer.length),
});

/** Shows some chunks of a longer answer, each with its place under `deliveryHash`. */
export function revealChunksCall(
  disputes: Address,
  response: ResponseCommitment,
  { answer, indexes }: { readonly answer: Uint8Array; readonly indexes: readonly number[] },
): ContractCall {
  const all = deliveryChunks(answer);
  const chunks = indexes.map((index) => ({
    index,
    data: hexlify(all[index] ?? new Uint8Array()),
    proof: merkleProof(all, index),
  }));
  return {
    what: `reveal ${chunks.length} of ${all.length} chunks of an answer`,
    to: disputes,
    data: delivery.encode("revealChunks", [response, all.length, chunks]),
    gasLimit: revealGas(chunks.reduce((bytes, { data, proof }) => bytes + data.length / 2 + 32 * proof.length, 0)),
  };
}

/** Shows a later request of the lane, which acknowledges the answer. */
export const rebutByRequestCall = (
  disputes: Address,
  response: ResponseCommitment,
  { request, clientSignature }: Pick<Receipt, "request" | "clientSignature">,
): ContractCall => ({
  what: "rebut a dispute by the client's next request",
  to: disputes,
  data: delivery.encode("rebutByRequest", [response, hashedModel(request), clientSignature]),
  gasLimit: GAS_BOUNDS.endDispute,
});

/** Shows the client's own acknowledgement of the answer. */
export const rebutByAckCall = (
  disputes: Address,
  { request, response }: Receipt,
  ack: CompactSignature,
): ContractCall => ({
  what: "rebut a dispute by the client's acknowledgement",
  to: disputes,
  data: delivery.encode("rebutByAck", [hashedModel(request), response, ack]),
  gasLimit: GAS_BOUNDS.endDispute,
});

/** Gives the money back; what of it has matured the executor pays, by an allowance to the contract. */
export const concedeCall = (disputes: Address, id: Hex): ContractCall => ({
  what: "concede a dispute",
  to: disputes,
  data: delivery.encode("concede", [id]),
  gasLimit: GAS_BOUNDS.endDispute,
});

/** The same with the executor's signed consent, paid by whoever sends it. */
export const concedeForCall = (disputes: Address, id: Hex, consent: CompactSignature): ContractCall => ({
  what: "concede a dispute",
  to: disputes,
  data: delivery.encode("concedeFor", [id, consent]),
  gasLimit: GAS_BOUNDS.endDispute,
});

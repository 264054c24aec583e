import type { Address, FinishReason, Hex } from "@lloom/protocol/commitment-types";
import type { ErrorCode } from "@lloom/protocol/error-codes";
import { Probe } from "./probe.ts";

/** What became of an answer; prompts and texts are never part of it. Times are the steady clock's, in milliseconds. */
interface InferenceFact {
  readonly model: string;
  readonly startedAtMs: number;
  /** Undefined while no text came. */
  readonly firstTextAtMs: number | undefined;
  readonly endedAtMs: number;
  /** Why it failed; undefined for an answer. */
  readonly code: ErrorCode | undefined;
  /** Of an answer. */
  readonly finishReason: FinishReason | undefined;
  readonly inboundTokens: number;
  readonly outboundTokens: number;
  /** Base units. */
  readonly cost: bigint;
}

/** A request that an executor admitted, at its end. */
export interface ServedFact extends InferenceFact {
  readonly requestHash: Hex;
  /** The backend's name. */
  readonly backend: string;
  /** When it was the request's turn; undefined if that never came. */
  readonly beganAtMs: number | undefined;
}

/** One executor's try of a client's question, at its end. */
export interface TriedFact extends InferenceFact {
  /** Undefined if nothing was signed. */
  readonly requestHash: Hex | undefined;
  readonly executor: Address;
  /** From 1. */
  readonly attempt: number;
}

/** A call of a gateway that was let in, at its end. */
export interface CalledFact extends InferenceFact {
  /** The call's own id, as the header x-request-id has it. */
  readonly requestId: string;
  /** Path of the API that was called. */
  readonly route: string;
  readonly isStream: boolean;
  /** Of every request that was signed for it, in this order. */
  readonly requestHashes: readonly Hex[];
}

/** One JSON-RPC call to the chain's server, with all its tries. */
export interface RpcFact {
  readonly method: string;
  readonly ms: number;
  /** `error`: the server answered with one; `unreachable`: it did not answer. */
  readonly outcome: "ok" | "error" | "unreachable";
  /** The number of the latest block, where it was asked for. */
  readonly head?: number | undefined;
}

/**
 * Everything that a node says of its own work to whoever measures it: metrics and traces listen. Facts hold no prompts, no
 * texts, no keys, and of strangers nothing but what is bounded in length.
 */
export const PROBES = {
  served: new Probe<ServedFact>("executor.served"),
  tried: new Probe<TriedFact>("client.tried"),
  /** A gateway's call begins; `called` is its end. */
  callBegan: new Probe<void>("gateway.call-began"),
  called: new Probe<CalledFact>("gateway.called"),
  /** Milliseconds between two pieces of an answer's text, at executor and gateway. */
  textGap: new Probe<number>("answer.text-gap"),
  /** A request that was not let in, at executor and gateway. */
  refused: new Probe<{ readonly code: ErrorCode }>("request.refused"),
  /** What became of a payment by a gateway's caller once its answer was there: taken, given up, or not known yet. */
  payment: new Probe<{ readonly outcome: "settled" | "void" | "open" }>("gateway.payment"),
  rpc: new Probe<RpcFact>("chain.rpc"),
  /** A transaction of this node's account was mined. */
  mined: new Probe<{ readonly isReverted: boolean; readonly feeWei: bigint }>("chain.mined"),
  /** What became of lanes that were to be settled. */
  settled: new Probe<{ readonly outcome: "paid" | "rejected" | "failed"; readonly lanes: number }>("executor.settled"),
  /** Who can call this node, whenever that was found out anew. */
  reach: new Probe<{ readonly how: "machine" | "unknown" | "direct" | "relayed" | "nobody" }>("node.reach"),
  /** What became of a peer that came through a relay: connected without it, or not as long as the relay lasted. */
  relayed: new Probe<{ readonly outcome: "direct" | "stayed" }>("node.relayed"),
  /** A duty of a dispute, a report or a jury has moved. */
  duty: new Probe<{ readonly kind: string; readonly state: string }>("node.duty"),
  /** What a validator's audits came to: canaries that were judged, executors that were reported. */
  audit: new Probe<{ readonly step: "drawn" | "found" | "reported"; readonly count: number }>("validator.audit"),
} as const;

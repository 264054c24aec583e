/** What reputation is computed from: events of the chain, cut down to what counts. `chain-events.ts` makes them of logs. */
import type { AuditOutcome } from "../audit-reports.ts";
import type { Address } from "../commitment-types.ts";

/** All of them are about one executor; addresses in lower case, times in Unix seconds, amounts in base units. */
interface AboutExecutor {
  readonly executor: Address;
  /** Of the block. */
  readonly seconds: bigint;
}

/** The executor registered: from now on it has a reputation. */
export interface RegistrationEvent extends AboutExecutor {
  readonly kind: "registration";
}

/** Its active stake changed. */
export interface StakeChange extends AboutExecutor {
  readonly kind: "stake";
  /** Afterwards. */
  readonly stake: bigint;
}

/** A validator that was bonded and assigned reported on it. */
export interface Audit extends AboutExecutor {
  readonly kind: "audit";
  readonly validator: Address;
  /** The audited one, which lies before the block: evidence ages from there. */
  readonly epoch: bigint;
  /** "Unknown" for an outcome of a contract newer than this. */
  readonly outcome: AuditOutcome | "Unknown";
}

/** What lies in a client's channel with it changed. */
export interface ChannelChange extends AboutExecutor {
  readonly kind: "channel";
  readonly client: Address;
  /** Afterwards. */
  readonly balance: bigint;
}

/** A client's lane was settled. */
export interface LaneSettlement extends AboutExecutor {
  readonly kind: "settlement";
  readonly client: Address;
  /** Of the channel, afterwards. */
  readonly balance: bigint;
  /** Paid for answers that the client had acknowledged; nobody but the executor vouches for the last one. */
  readonly acknowledged: bigint;
}

/** It lost a dispute, conceded one, or was proven to have signed twice. */
export interface Strike extends AboutExecutor {
  readonly kind: "strike";
  /** Half strikes, as the contracts count them. */
  readonly halves: bigint;
}

export type ReputationEvent = RegistrationEvent | StakeChange | Audit | ChannelChange | LaneSettlement | Strike;

import type { Address } from "@lloom/protocol/commitment-types";
import type { CommitmentDomain } from "@lloom/protocol/commitments";
import type { SignedOffer } from "@lloom/protocol/messages";
import type { HealthReply } from "@lloom/protocol/rpc-messages";
import { Caller, type ExaminedPeer } from "./examined-peer.ts";
import { type Found, Skipped } from "./finding.ts";

/** One thing that the documents say. */
export interface DocumentedCheck {
  readonly name: string;
  readonly section: string;
  /** Throws `Broken` and `Skipped`; what else it throws is a failure, too. */
  readonly look: (examination: Examination) => Promise<Found>;
}

/** Buys an answer of the executor, for a model; says what it cost. Throws what buying throws. */
export type Buy = (executor: Address, model: string) => Promise<Found>;

export interface Examined extends ExaminedPeer {
  readonly domain: CommitmentDomain;
  /** As its owner says; else what its health does. */
  readonly role: HealthReply["role"] | undefined;
  /** A function, or why no answer is bought. */
  readonly buy: Buy | string;
}

/** What is known of a node so far. */
export class Examination {
  readonly peer: ExaminedPeer;
  readonly domain: CommitmentDomain;
  readonly buy: Buy | string;
  role: HealthReply["role"] | undefined;
  offers: readonly SignedOffer[] = [];
  #caller: Promise<Caller> | undefined;

  constructor({ domain, role, buy, ...peer }: Examined) {
    this.peer = peer;
    this.domain = domain;
    this.role = role;
    this.buy = buy;
  }

  /** The stranger that breaks nothing. */
  caller(): Promise<Caller> {
    this.#caller ??= Caller.connect(this.peer);
    return this.#caller;
  }

  /** Throws `Skipped` for a node of another role. */
  requireRole(role: HealthReply["role"]): void {
    if (this.role !== undefined && this.role !== role) throw new Skipped(`a ${this.role} need not`);
  }
}

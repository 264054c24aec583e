/** What a program in a page says to its client, and hears of it. */
import type { Address, Hex, Receipt } from "@lloom/protocol/commitment-types";
import type { CommitmentDomain } from "@lloom/protocol/commitments";
import type { ChatMessage, Sampling } from "@lloom/protocol/messages";

export interface PageClientOptions {
  readonly domain: CommitmentDomain;
  /** Whose channels pay. */
  readonly principal: Address;
  /** 32 bytes: a session key that the principal has authorized on chain, or the principal's own. */
  readonly secret: Uint8Array;
}

/** What is asked; at which price, the accepted offer says. */
export interface PageQuestion {
  readonly messages: readonly ChatMessage[];
  readonly sampling: Sampling;
  readonly maxOutboundTokens: number;
}

/** What an answer tells, in this order. */
export type PageEvent =
  | { readonly type: "status"; readonly state: "queued" | "running"; readonly position: number }
  | { readonly type: "text"; readonly text: string }
  /** The answer is right. The receipt and its salts are nobody else's to keep: with them the texts can be proven. */
  | {
      readonly type: "end";
      readonly receipt: Receipt;
      readonly salts: { readonly prompt: Hex; readonly answer: Hex };
      readonly requestHash: Hex;
      readonly responseHash: Hex;
      /** Of this answer alone, base units. */
      readonly cost: bigint;
    };

/** Which offers are asked for: those of one model, of one executor; else all. */
export interface OffersWanted {
  readonly model?: string | undefined;
  readonly executor?: Address | undefined;
}

/** A peer that was dialled. That it has the account's key is proven by the connection's handshake. */
export interface Reached {
  readonly peer: Address;
  readonly peerId: string;
  /** At which it answered. */
  readonly address: string;
  readonly roundTripMs: number;
}

import type { Address, FinishReason, Hex, Receipt } from "@lloom/protocol/commitment-types";
import type { ChatMessage, Sampling, SignedOffer } from "@lloom/protocol/messages";
import type { Verification } from "./check/verification.ts";

/** Most that an executor may ask, base units per 1 000 000 tokens; what is left out has no limit. */
export interface PriceLimit {
  readonly inbound?: bigint | undefined;
  readonly outbound?: bigint | undefined;
}

/** What is asked for an answer now, base units per 1 000 000 tokens, and how many executors are paid for it. */
export interface AskingPrice {
  readonly inboundPrice: bigint;
  readonly outboundPrice: bigint;
  readonly executors: number;
}

/** What a client asks of an executor beside the price; what is left out asks for nothing. */
export interface ExecutorDemands {
  /** Least trust by an index's word, from 0 to 1. */
  readonly minReputation?: number | undefined;
  /** Least stake, base units. */
  readonly minStake?: bigint | undefined;
}

/** By what whoever is asked is chosen, in place of the client's own way. */
export type Sort = "price" | "latency" | "throughput" | "exacto";

/** Whom a question may be asked of, and in which order; what is left out leaves it to the client. */
export interface Preference {
  /** Nobody else. */
  readonly only?: readonly Address[] | undefined;
  readonly ignore?: readonly Address[] | undefined;
  /** These first, in this order. */
  readonly order?: readonly Address[] | undefined;
  /** Whether others may answer where those of `order`, or without it the first that is asked, do not; true unless given. */
  readonly allowFallbacks?: boolean | undefined;
  /** How weights may be stored, in OpenRouter's words. */
  readonly quantisations?: readonly string[] | undefined;
  readonly sort?: Sort | undefined;
}

/** Whose money a question spends, where somebody counts it. */
export interface Purse {
  /**
   * A request is about to be signed that may cost so much, base units. What this writes is stored together with the request; when it
   * throws, nothing is signed. One that is kept elsewhere has it held there before anything is signed, and takes time.
   */
  hold(requestHash: Hex, most: bigint): void | Promise<void>;
}

/** What a client wants answered. */
export interface Question {
  /** A name, or `NAME@sha256:DIGITS` for weights by the beginning of their hash. */
  readonly model: string;
  /** The same digits, where `model` is a name alone. */
  readonly weights?: string | undefined;
  readonly messages: readonly ChatMessage[];
  readonly sampling: Sampling;
  readonly maxOutboundTokens: number;
  /** The text comes only with the answer's end, so that until then another executor can take over. */
  readonly whole?: boolean;
  readonly maxPrice?: PriceLimit | undefined;
  readonly demands?: ExecutorDemands | undefined;
  /** How far the answer is checked; the client's own way if that checks more. */
  readonly verification?: Verification | undefined;
  /** Asks this one alone: nobody takes over. */
  readonly executor?: Address;
  /** So many answers, side by side, each of them paid; 1 if left out. */
  readonly choices?: number;
  /** Ends with the log probabilities of its tokens; only executors are asked that show them. */
  readonly odds?: boolean;
  readonly preference?: Preference | undefined;
  readonly purse?: Purse | undefined;
}

/** A token and how likely it was, thousandths of a nat; its bytes may be a part of a letter. */
export interface ToldOdds {
  readonly bytes: readonly number[];
  readonly logprob: number;
}

/** A token of an answer, as its executor's trace has it. */
export interface ToldToken extends ToldOdds {
  /** It stands for text; one that ends an answer does not. */
  readonly isText: boolean;
  /** The likeliest at this place, ten at most. */
  readonly likeliest: readonly ToldOdds[];
}

/** A paid answer's last event. */
export interface Answered {
  readonly type: "end";
  readonly finishReason: FinishReason;
  readonly receipt: Receipt;
  /** With them the texts can be held against the hashes that were signed; nobody else but the executor knows them. */
  readonly salts: { readonly prompt: Hex; readonly answer: Hex };
  readonly requestHash: Hex;
  readonly responseHash: Hex;
  /** Of this answer alone, base units. */
  readonly cost: bigint;
  readonly inboundTokens: number;
  /** Of text; vectors have none. */
  readonly outboundTokens: number;
  readonly executor: Address;
  /** That the executor has signed to have answered with; zero where it names none. */
  readonly weightsHash: Hex;
  /** Executors that were asked. */
  readonly attempts: number;
  /** Of a question that several were asked, every one's answer, this one included. */
  readonly copies?: readonly Copy[];
  /** Its tokens, where they were asked for; they may go on behind the text, where it was cut at a stop string. */
  readonly odds?: readonly ToldToken[];
}

/** One of several answers to the same question. */
export interface Copy extends Omit<Answered, "copies" | "odds"> {
  /** It has the very text that was taken. */
  readonly agrees: boolean;
}

/** All that a question has cost, base units: every copy is paid. */
export const paidFor = ({ cost, copies = [] }: Answered): bigint =>
  copies.length === 0 ? cost : copies.reduce((sum, copy) => sum + copy.cost, 0n);

/**
 * What `ask` tells, in this order; before the first text another `executor` may follow; a whole answer has one text at most,
 * right before its end.
 */
export type AskEvent = OneAskEvent & {
  /** Of a question with several `choices`: the answer that it belongs to, from 0. */
  readonly choice?: number;
};

type OneAskEvent =
  | { readonly type: "executor"; readonly executor: Address; readonly signed: SignedOffer; readonly attempt: number }
  /** A request is signed and saved, and is sent when the next event is asked for. */
  | { readonly type: "signed"; readonly requestHash: Hex }
  | { readonly type: "status"; readonly state: "queued" | "running"; readonly position: number }
  | { readonly type: "text"; readonly text: string }
  | Answered;

import type { Address, Hex, Receipt } from "@lloom/protocol/commitment-types";
import type { TokenCounts } from "@lloom/protocol/token-counts";
import type { BorderInput } from "@lloom/protocol/verification/border-input";
import type { Proof } from "@lloom/protocol/verification/conviction";
import type { AnswerFigures } from "@lloom/protocol/verification/judge-answer";
import type { PeerTarget } from "../../p2p/host/dial.ts";
import type { KeptCanary, PlannedCanary } from "../../store/validator/audit-log.ts";
import type { Canary } from "../canary/draw-canary.ts";

/** Base units per 1 000 000 tokens. */
export interface CanaryPrice {
  readonly inbound: bigint;
  readonly outbound: bigint;
}

/** What an executor is asked. */
export interface AuditQuestion {
  readonly canary: Canary;
  /** If the question was looked for at a border. */
  readonly border?: BorderInput;
  /** Who asks more by now is not asked. */
  readonly maxPrice?: CanaryPrice;
  /** Its trace is asked for once its key has come back: else who cheats only those that come back would never be found. */
  readonly waits?: true;
  /** The epoch of an earlier visit, whose key asks again. */
  readonly returnsFrom?: bigint;
}

/** What came of it: a signed answer that the client accepted. */
export interface CanaryAnswer {
  readonly text: string;
  readonly traceRoot: Hex;
  /** Unix seconds: what the template was told the day of. */
  readonly asOfSeconds: number;
  /** The weights that the request binds; absent: those that were to be audited. */
  readonly weightsHash?: Hex;
  /** Text of the profile that the request binds. */
  readonly profile?: string;
  /** Leaves of the trace, hex; absent where the answer has none, while it is not asked for, and where the executor does not show it. */
  readonly leaves?: readonly Hex[];
}

/** An answer with both signatures. */
export interface SignedAnswer {
  readonly receipt: Receipt;
  readonly requestHash: Hex;
}

/** A signed answer that its client refused for its counts, with what jurors can be shown of it. */
export interface RefusedCounts {
  readonly answer: CanaryAnswer;
  readonly signed: SignedAnswer;
  /** What the client counted, as it can be claimed before jurors of every version; absent: none of it can. */
  readonly claim?: TokenCounts;
}

/** How a canary ended, as its client saw it. */
export type CanaryReply =
  | {
      readonly type: "answered";
      readonly answer: CanaryAnswer;
      readonly responseHash: Hex;
      /** What a dispute would be about. */
      readonly signed: SignedAnswer;
      /** Where its executor was. */
      readonly executorAt?: PeerTarget;
    }
  /** Signed, and refused: for its counts, or for anything else that a receipt must be. */
  | {
      readonly type: "wrong";
      readonly what: "structure" | "counts";
      readonly problem: string;
      readonly responseHash?: Hex;
      /** For its counts. */
      readonly refused?: RefusedCounts;
    }
  | { readonly type: "unanswered"; readonly problem: string }
  /** This validator could not ask: nobody else is to blame. */
  | { readonly type: "unasked"; readonly problem: string };

/** What rests in the log of an ended canary. */
export type EndedCanary = Extract<CanaryReply, { readonly type: "answered" | "wrong" }>;

/** What was found out about one answer. */
export interface CanaryFinding {
  /** What is wrong, in words; absent: nothing. */
  readonly problem?: string;
  readonly failure?: "structure" | "counts" | "trace";
  readonly figures?: AnswerFigures;
  /** Evidence factor; absent: nothing could be measured. It moves reports and reputation. */
  readonly factor?: number;
  /** What a jury would convict by. */
  readonly proof?: Exclude<Proof, undefined>;
  /** Of counts: what there really was, as a complaint can claim it before jurors of every version; absent: none can. */
  readonly claim?: TokenCounts;
}

export type PlannedAudit = PlannedCanary<AuditQuestion>;
export type KeptAudit = KeptCanary<AuditQuestion, EndedCanary, CanaryFinding>;

/** One canary to buy an answer to. */
export interface CanaryOrder extends Pick<KeptAudit, "id" | "executor" | "model" | "epoch"> {
  readonly canary: Canary;
  readonly maxPrice?: CanaryPrice | undefined;
  /** The epoch of an earlier visit, whose key is to ask. */
  readonly returnsFrom?: bigint | undefined;
}

type Answered = Extract<CanaryReply, { readonly type: "answered" }>;

/** Traces of a visit to fetch, all of which its executor has signed. */
export interface TracesOrder extends Pick<KeptAudit, "executor" | "model" | "epoch"> {
  readonly answers: readonly (Pick<KeptAudit, "id"> & { readonly answer: Answered })[];
}

/** What an executor showed of them. */
export type TracesReply =
  | {
      readonly type: "asked";
      /** Whether it was there at all. */
      readonly isReachable: boolean;
      /** Leaves by the canary's number. */
      readonly shown: ReadonlyMap<number, readonly Hex[]>;
    }
  /** This validator could not ask. */
  | { readonly type: "unasked"; readonly problem: string };

/** Buys answers as a client that nobody knows; never throws but for its signal. */
export interface CanaryBuyer {
  ask(order: CanaryOrder, signal: AbortSignal): Promise<CanaryReply>;
  /** By the key that asked. Whoever is asked for them knows it for an auditor's. */
  traces(order: TracesOrder, signal: AbortSignal): Promise<TracesReply>;
}

/** An executor's offer, as far as an audit needs it. */
export interface AuditableOffer {
  readonly executor: Address;
  readonly model: string;
  readonly weightsHash: Hex;
  readonly price: CanaryPrice;
  /** Whether this validator has the weights, and honest nodes of its profile were measured. */
  readonly isMeasured: boolean;
  /** The most that a canary pays for it; absent: whatever it asks. */
  readonly maxPrice?: CanaryPrice;
  /** Tokens, prompt and answer together; absent: nothing is known of it. */
  readonly maxContext?: bigint;
}

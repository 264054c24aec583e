/** What programs see of the library. Plain data, so that a process may lie between them and the client. */
import type { Address, FinishReason, Hex } from "@lloom/protocol/commitment-types";
import type { ChatMessage } from "@lloom/protocol/messages";
import type { ReceiptFileData } from "@lloom/protocol/receipt-file";

/** Whose key pays, on which network, and for how much. */
export interface LloomClientOptions {
  /** JSON-RPC of the chain. */
  readonly rpcUrl: string;
  /** A network of the address book; without it `accounting` is needed. */
  readonly network?: string | undefined;
  /** Address of AccountingV2, where `network` names none or another one is meant. */
  readonly accounting?: string | undefined;
  /** Address of Audits, by which executors are known that cheat; a `network` has it already. */
  readonly audits?: string | undefined;
  /** Multiaddrs of validators to join the network through; those met before are remembered in `dataDir`. */
  readonly bootstrap?: readonly string[] | undefined;
  /** The secret that pays: 32 bytes, or 64 hex digits after `0x`. In place of a keystore. */
  readonly key?: string | Uint8Array | undefined;
  /** A V3 keystore; `keystore.json` in `dataDir` unless given. */
  readonly keystore?: string | undefined;
  /** The keystore's. */
  readonly password?: string | undefined;
  /**
   * Where receipts, the durable log and what is known of peers rest; the same that `lloom` uses of this user unless given. One process
   * at a time, and one key.
   */
  readonly dataDir?: string | undefined;
  readonly limits?: SpendingLimits | undefined;
  /** `any`: buys also from executors that have nothing at stake; `staked` unless given. */
  readonly executors?: "staked" | "any" | undefined;
  /** How far answers are checked before they are passed on; `receipt` unless given. */
  readonly verify?: "none" | "receipt" | `redundant:${2 | 3 | 4 | 5}` | undefined;
  /** Share of questions, from 0 to 1, that try another executor than the best; 0.02 unless given. */
  readonly exploration?: number | undefined;
  /** What is logged to standard error, as lines of JSON; `silent` unless given. */
  readonly logLevel?: "silent" | "error" | "warn" | "info" | "debug" | undefined;
}

/** What a client may spend, in base units of the token of payment. What is left out has no limit. */
export interface SpendingLimits {
  /** For 1 000 000 tokens of a prompt. */
  readonly inboundPrice?: bigint | undefined;
  /** For 1 000 000 tokens of an answer. */
  readonly outboundPrice?: bigint | undefined;
  /** For one request, at its worst; a question of which several executors are asked makes several. */
  readonly perRequest?: bigint | undefined;
  /** For all questions from `createClient` to `close`, with what requests under way may still cost. */
  readonly total?: bigint | undefined;
  /** What is moved into a channel at a time; 1 000 000 unless given. */
  readonly channelStep?: bigint | undefined;
}

/** What is asked. */
export interface LloomQuestion {
  /** A name, or `NAME@sha256:DIGITS` for weights by the beginning of their hash. */
  readonly model: string;
  /** One text of the user, or a conversation. */
  readonly messages: string | readonly ChatMessage[];
  /** Most tokens of the answer; 256 unless given. */
  readonly maxTokens?: number | undefined;
  /** From 0, which always takes the likeliest token, to 2; 0 unless given. */
  readonly temperature?: number | undefined;
  /** From 0 to 1; 1 unless given. */
  readonly topP?: number | undefined;
  /** Whole; 0, which is off, unless given. */
  readonly topK?: number | undefined;
  /** A whole number of 32 bits. */
  readonly seed?: number | undefined;
  /** Up to four texts before which the answer ends. */
  readonly stop?: string | readonly string[] | undefined;
  /** `json` for any JSON object, or a JSON schema that the answer has to fit. */
  readonly format?: "text" | "json" | Readonly<Record<string, unknown>> | undefined;
  readonly choose?: ExecutorChoice | undefined;
}

/** Whom a question may be asked of; what is left out leaves it to the client. */
export interface ExecutorChoice {
  /** This one alone: nobody takes over. */
  readonly executor?: Address | undefined;
  /** Nobody else. */
  readonly only?: readonly Address[] | undefined;
  readonly ignore?: readonly Address[] | undefined;
  /** These first, in this order. */
  readonly order?: readonly Address[] | undefined;
  readonly sort?: "price" | "latency" | "throughput" | "exacto" | undefined;
  /** Least stake, base units. */
  readonly minStake?: bigint | undefined;
  /** Most for 1 000 000 tokens, base units. */
  readonly inboundPrice?: bigint | undefined;
  readonly outboundPrice?: bigint | undefined;
}

/** A paid answer. */
export interface LloomAnswer {
  readonly text: string;
  readonly finishReason: FinishReason;
  /** All that the question has cost, base units. */
  readonly cost: bigint;
  readonly inboundTokens: number;
  readonly outboundTokens: number;
  readonly executor: Address;
  /** SHA-256 of the weights that the executor signed to have answered with; undefined where it names none. */
  readonly weightsHash: Hex | undefined;
  /** Executors that were asked. */
  readonly attempts: number;
  readonly requestHash: Hex;
  /** Both signatures with the texts that they are for, as JSON takes them; `receipts.verify` checks it anywhere. */
  readonly receipt: ReceiptFileData;
}

/** What a stream tells: text as it comes, then the whole answer once. */
export type LloomEvent =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "answer"; readonly answer: LloomAnswer };

/** What is offered of a model. */
export interface OfferedModel {
  readonly model: string;
  /** Executors that offer the weights that its name stands for. */
  readonly executors: number;
  /** The cheapest, base units for 1 000 000 tokens. */
  readonly inboundPrice: bigint;
  readonly outboundPrice: bigint;
  /** The largest, tokens. */
  readonly maxContext: number;
  /** SHA-256 of the weights; undefined where none are named. */
  readonly weightsHash: Hex | undefined;
  /** What some of the executors can do beside plain answers. */
  readonly features: readonly string[];
}

/** What one executor offers of a model. */
export interface OfferedTerms {
  readonly executor: Address;
  readonly model: string;
  readonly weightsHash: Hex | undefined;
  /** Base units for 1 000 000 tokens. */
  readonly inboundPrice: bigint;
  readonly outboundPrice: bigint;
  readonly maxContext: number;
  /** Requests that it answers now, and at once. */
  readonly load: number;
  readonly capacity: number;
}

/** A receipt of the log. */
export interface BoughtReceipt {
  readonly requestHash: Hex;
  readonly at: Date;
  readonly model: string;
  readonly executor: Address;
  /** Base units. */
  readonly cost: bigint;
  /** Both signatures, and the salts of the texts, which the log does not keep. */
  readonly receipt: ReceiptFileData;
  /** Give it as `before` to get the page of older ones. */
  readonly cursor: number;
}

/** Which receipts of the log are listed, newest first. */
export interface ReceiptListing {
  /** 20 unless given; at most 1000. */
  readonly limit?: number | undefined;
  readonly before?: number | undefined;
}

/** A receipt that is right. */
export interface ReceiptProof {
  readonly requestHash: Hex;
  readonly responseHash: Hex;
  readonly client: Address;
  readonly executor: Address;
  /** Base units. */
  readonly cost: bigint;
  /** What was found right, and what the receipt is silent about, in words. */
  readonly checked: readonly string[];
  readonly unchecked: readonly string[];
}

/** Ends what is under way. */
export interface Stopping {
  readonly signal?: AbortSignal | undefined;
}

/** Buys answers on a network. Every failure is a LloomError with a code and a next step. */
export interface LloomClient extends AsyncDisposable {
  /** Whose deposit pays. */
  readonly address: Address;
  /** Answers a question, for pay; another executor takes over where one fails. */
  ask(question: LloomQuestion, stopping?: Stopping): Promise<LloomAnswer>;
  /**
   * The same as it comes. At the signal, or when the loop ends early, the executor is told to stop, and what it had produced by then is
   * paid.
   */
  stream(question: LloomQuestion, stopping?: Stopping): AsyncIterable<LloomEvent>;
  /** What is offered; searches the network first when nothing is known. */
  models(): Promise<OfferedModel[]>;
  /** Who offers a model, of those that this client may buy from, the cheapest first; one of them may be named in `choose`. */
  offers(model: string): Promise<OfferedTerms[]>;
  readonly receipts: {
    /** Of this client's log, newest first. */
    list(listing?: ReceiptListing): Promise<BoughtReceipt[]>;
    /** Checks all that can be checked offline of a receipt, as data or as JSON. Throws RECEIPT_INVALID with what is wrong. */
    verify(receipt: ReceiptFileData | string): ReceiptProof;
  };
  /** Ends what is under way, waits a little for its receipts, and leaves the network. */
  close(): Promise<void>;
}

import type { Address, Hex } from "@lloom/protocol/commitment-types";
import type { LloomError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import type { AnswerAudit } from "../check/answer-audit.ts";
import type { AnswerOdds } from "../check/answer-odds.ts";
import type { Candidate } from "../choose/choose.ts";
import type { ClientSettings } from "../client-options.ts";
import type { GatherParts } from "../discover/gather-offers.ts";
import type { NetworkView } from "../discover/no-executor.ts";
import type { Question } from "../question.ts";
import type { AttemptParts } from "./attempt.ts";

/** What `ask` stands on. */
export interface AskParts extends AttemptParts, GatherParts {
  readonly settings: ClientSettings;
  /** How this node stands in the network now, and to a model. */
  readonly networkView: (question: Pick<Question, "model" | "weights">) => NetworkView;
  /** Holds answers against weights of this client's own, where it has any. */
  readonly audit?: AnswerAudit | undefined;
  /** Tells answers token by token. */
  readonly odds?: AnswerOdds | undefined;
  /** Whether more than one vocabulary is named for these weights. */
  readonly isVocabularyDisputed?: (weightsHash: Hex) => boolean;
  /** Asks one executor for its offers again. */
  readonly refresh: (candidate: Candidate, signal: AbortSignal) => Promise<void>;
  /** What is known of executors is looked at for those that are asked, where reputations can be computed. */
  readonly known?: Reputations | undefined;
  readonly log: Log;
}

/** Who knows what executors are worth; never rejects. */
export interface Reputations {
  /** This executor is asked. */
  noteAsked(executor: Address): void;
  /** Looks at one that an index says is reported, until the signal aborts. */
  confirm(executor: Address, signal: AbortSignal): Promise<void>;
  keepAsking(signal: AbortSignal): Promise<void>;
}

/** What several that ask the same have in common. */
export interface SharedQuestion {
  /** Executors that one of them has asked: each is asked once. */
  readonly taken: Set<Address>;
  /** Those of the first that was asked: whoever takes over, or is compared, has the same. */
  weights?: Hex;
}

/** What has been tried for one question. */
export interface AskState {
  readonly shared: SharedQuestion;
  /** Whom this one asked itself. */
  readonly own: Set<Address>;
  readonly question: Question;
  readonly signal: AbortSignal;
  readonly tried: Set<Address>;
  /** Asked a second time already. */
  readonly again: Set<Address>;
  /** Who called the question impossible. */
  readonly blames: Address[];
  /** Not asked while somebody else could be paid without the chain, slow or failing; asked when nobody else is left. */
  readonly putOff: Address[];
  /** The chain failed once; a second time ends it. */
  hasChainFailed: boolean;
  /** Whether only executors whose channels are known can be paid. */
  fundedOnly: boolean;
  failure: LloomError | undefined;
}

import { DEFAULTS } from "../defaults.ts";
import { type AppealPolicy, MOST_APPEAL_DEPOSITS } from "../duties/appeal-rules.ts";
import { type Clock, wallClock } from "../primitives/clock.ts";
import type { Duty } from "../store/duty-log.ts";
import { USUAL_VERIFICATION, type Verification } from "./check/verification.ts";
import type { DisputePolicy } from "./dispute/dispute-rules.ts";
import type { PriceLimit } from "./question.ts";

/** What bonds of complaints about counts may lock unless a client says otherwise: base units of a token with six decimals. */
const MOST_COMPLAINT_BONDS = 50_000_000n;

/** How a client is set up. Everything has a default. */
export interface ClientOptions {
  /** Least amount to move into a channel at a time, base units. */
  readonly channelStep?: bigint;
  /** Executors tried for one question, before any text was passed on. */
  readonly maxAttempts?: number;
  /** Longest wait for an executor's first sign of life, if there is somebody else to ask. */
  readonly firstFrameTimeoutMs?: number;
  /** Longest wait for the first token, time in the executor's queue included. */
  readonly firstTokenTimeoutMs?: number;
  /** Longest silence between two tokens. */
  readonly tokenGapTimeoutMs?: number;
  /** Least wait for a connection, if there is somebody else to ask; first tokens that take longer make it longer. */
  readonly dialPatienceMs?: number;
  /** Least wait for the first token before somebody else is asked; what was measured may make it longer. */
  readonly shortestPatienceMs?: number;
  /** That wait while nothing was measured. */
  readonly unknownPatienceMs?: number;
  /** Least wait between two tokens of a whole answer before somebody else is asked. */
  readonly shortestGapMs?: number;
  /** How long a question waits to see whether a stranger answers another one. */
  readonly strangerWaitMs?: number;
  /** How long a question waits for the chain while somebody else can be paid without it. */
  readonly chainPatienceMs?: number;
  /** Most that any executor may ask. */
  readonly maxPrice?: PriceLimit;
  /** Least trust of an executor by an index's word, from 0 to 1. */
  readonly minReputation?: number;
  /** Least stake of an executor, base units. */
  readonly minStake?: bigint;
  /** Whether a second executor is asked too when the first keeps silent for longer than first tokens take; the faster one answers. */
  readonly hedging?: "on" | "off";
  /** How far answers are checked, at least. */
  readonly verification?: Verification;
  /** How long a question waits to have the chain say whether an executor is reported, where an index says so. */
  readonly confirmWaitMs?: number;
  /** How often the index is asked, and its word held against the chain. */
  readonly reputationIntervalMs?: number;
  /** Buys also from executors that have nothing at stake. */
  readonly allowUnstaked?: boolean;
  /** How far ahead a request's deadline is set. */
  readonly deadlineSeconds?: bigint;
  /** How long `ask` waits for a first offer of its model. */
  readonly offerWaitMs?: number;
  /** How long a cancelled request's receipt is waited for. */
  readonly cancelWaitMs?: number;
  /** How long an answer waits for its model's vocabulary, to be counted by it. */
  readonly vocabularyWaitMs?: number;
  /** How often the network is searched for offers that gossip did not bring. */
  readonly discoveryIntervalMs?: number;
  /** How often the chain is asked for events. */
  readonly watchPollMs?: number;
  /** What happens about an answer that was settled and never came; `off` unless given. */
  readonly disputes?: DisputePolicy;
  /** Whether jurors of disputes about its answers are called, who may not reach it; where disputes are looked after unless given. */
  readonly callsJurors?: boolean;
  /** Wei that the bonds of open disputes may lock. */
  readonly disputeBonds?: bigint;
  /** Base units that the bonds of open complaints about counts may lock. */
  readonly complaintBonds?: bigint;
  /** Whether verdicts against its own complaints are appealed against, and base units that appeals may lock. */
  readonly appeals?: AppealPolicy;
  readonly appealDeposits?: bigint;
  /** Chain seconds after its settlement in which an answer may yet come by itself. */
  readonly disputePatienceSeconds?: bigint;
  /** How often disputes are looked at while the chain tells nothing of them. */
  readonly disputeCheckMs?: number;
  /** After so long without a next request the last answer of a lane is acknowledged. */
  readonly quietMs?: number;
  /** Told of every answer that is missing, and of every step until it is here or paid back. */
  readonly onDispute?: (duty: Duty) => void;
  /** Share of questions that try another executor than the best, from 0 to 1. */
  readonly exploration?: number;
  /** From 0 to below 1; seeded in tests. */
  readonly random?: () => number;
  /** Wall clock, Unix milliseconds. */
  readonly clock?: Clock;
}

/** The options with every default filled in. */
export type ClientSettings = Required<ClientOptions>;

/** Fills in the defaults. */
export const clientSettings = (options: ClientOptions): ClientSettings => ({
  channelStep: 1_000_000n,
  maxAttempts: 6,
  firstFrameTimeoutMs: 5_000,
  firstTokenTimeoutMs: 60_000,
  tokenGapTimeoutMs: 60_000,
  // Four round trips to the other side of the world and back.
  dialPatienceMs: 1_500,
  shortestPatienceMs: 400,
  unknownPatienceMs: 10_000,
  shortestGapMs: 2_000,
  strangerWaitMs: 3_000,
  chainPatienceMs: 5_000,
  maxPrice: {},
  minReputation: 0,
  hedging: "off",
  verification: USUAL_VERIFICATION,
  minStake: 0n,
  confirmWaitMs: 2_000,
  reputationIntervalMs: 600_000,
  allowUnstaked: false,
  deadlineSeconds: 600n,
  offerWaitMs: 5_000,
  cancelWaitMs: 3_000,
  vocabularyWaitMs: 5_000,
  discoveryIntervalMs: 30_000,
  watchPollMs: 2_000,
  disputes: "off",
  callsJurors: (options.disputes ?? "off") !== "off",
  disputeBonds: 50_000_000_000_000_000n,
  complaintBonds: MOST_COMPLAINT_BONDS,
  appeals: "auto",
  appealDeposits: MOST_APPEAL_DEPOSITS,
  disputePatienceSeconds: 120n,
  disputeCheckMs: 30_000,
  quietMs: 3_000,
  onDispute: () => undefined,
  exploration: DEFAULTS.exploration,
  random: Math.random,
  clock: wallClock,
  ...options,
});

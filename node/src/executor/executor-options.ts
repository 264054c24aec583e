import { DEFAULTS } from "../defaults.ts";
import { type AppealPolicy, MOST_APPEAL_DEPOSITS } from "../duties/appeal-rules.ts";
import type { PeerTarget } from "../p2p/host/dial.ts";
import { INFER_LIMITS, type InferLimits } from "../p2p/limits.ts";
import { type Clock, wallClock } from "../primitives/clock.ts";
import type { Duty } from "../store/duty-log.ts";
import type { ForeignWord } from "./offer/key-watch.ts";

/** What an executor asks for its work; base units of the payment token per 1 000 000 tokens. */
export interface Price {
  readonly inboundPrice: bigint;
  readonly outboundPrice: bigint;
}

/** How an executor is set up. Everything but the price has a default. */
export interface ExecutorOptions {
  readonly price: Price;
  /** Prices of single models, by name, instead of `price`. */
  readonly modelPrices?: Readonly<Record<string, Price>>;
  /** Which of the backend's models to offer; all when empty. */
  readonly models?: readonly string[];
  /** Requests that the backend answers at once. */
  readonly concurrency?: number;
  /** Requests of one peer per second, in the long run, that end without an answer to pay for; four times as many at once. */
  readonly peerRequestsPerSecond?: number;
  /** Requests that may wait. */
  readonly queueLimit?: number;
  /** Requests of one client, waiting and running. */
  readonly perClientLimit?: number;
  /** Longest time that the backend may take for one answer. */
  readonly answerTimeoutMs?: number;
  /** Settle once this much is owed, base units. */
  readonly settleAmount?: bigint;
  /** Settle once the oldest unsettled answer is this old. */
  readonly settleAgeMs?: number;
  /** How often the settlement rules are looked at. */
  readonly settleCheckMs?: number;
  /** How long a drain may take to end answers and to settle once its time is over. */
  readonly drainGraceMs?: number;
  /** How often the chain is asked for events. */
  readonly watchPollMs?: number;
  /** How long an offer's price is promised. */
  readonly offerTtlMs?: number;
  /** How often offers are sent with the present load. */
  readonly offerIntervalMs?: number;
  /** How often the backend is asked for its models. */
  readonly listModelsMs?: number;
  /** How often others are asked whether somebody else works with this key. */
  readonly keyWatchMs?: number;
  /** Stop serving a channel this long before its unlock; default: a quarter of the unlock delay, at most 6 h. */
  readonly unlockMarginSeconds?: bigint;
  /** How often open disputes are looked at while the chain tells nothing of them. */
  readonly disputeCheckMs?: number;
  /** Whether verdicts of a jury against this executor are appealed against. */
  readonly appeals?: AppealPolicy;
  /** Base units that its appeals may lock. */
  readonly appealDeposits?: bigint;
  /** Validators that settle and rebut for this executor while it is offline. */
  readonly watchtowers?: readonly PeerTarget[];
  /** Base units that one of them may take from its free deposit for a transaction. */
  readonly watchtowerFee?: bigint;
  /** How often they are handed what is new. */
  readonly entrustMs?: number;
  /** How often they are handed everything: one of them may have lost it. */
  readonly entrustAllMs?: number;
  /** Told of every dispute that is opened against this executor, and of every step until its end. */
  readonly onDispute?: (duty: Duty) => void;
  /** Wall clock, Unix milliseconds. */
  readonly clock?: Clock;
  /** Ends a start that waits for others. */
  readonly starting?: AbortSignal;
  /** Told when a start waits until an offer of this key, which its log does not know, has ended. */
  readonly onWaiting?: (word: ForeignWord) => void;
}

/** The options with every default filled in. */
export type ExecutorSettings = Required<Omit<ExecutorOptions, "unlockMarginSeconds">> & {
  readonly unlockMarginSeconds: bigint;
};

const LONGEST_UNLOCK_MARGIN_SECONDS = 6n * 3600n;

/** A quarter of the unlock delay, at most 6 h: time to settle before a client can take its money back. */
export const defaultUnlockMargin = (unlockDelaySeconds: bigint): bigint => {
  const quarter = unlockDelaySeconds / 4n;
  return quarter < LONGEST_UNLOCK_MARGIN_SECONDS ? quarter : LONGEST_UNLOCK_MARGIN_SECONDS;
};

/** Requests of one client, and of one peer, at a time: one gateway may be all the custom that an executor has. */
const requestsOfOne = (concurrency: number = DEFAULTS.concurrency): number =>
  Math.max(INFER_LIMITS.requestsPerPeer, concurrency);

/** How much an executor takes from the network: enough to be busy with the requests of one peer, and others' beside them. */
export const inferLimits = ({
  concurrency,
  peerRequestsPerSecond,
}: Pick<ExecutorSettings, "concurrency" | "peerRequestsPerSecond">): Partial<InferLimits> => ({
  requestsPerSecond: peerRequestsPerSecond,
  requestBurst: Math.max(4 * peerRequestsPerSecond, concurrency),
  requestsPerPeer: requestsOfOne(concurrency),
  requestsTotal: Math.max(INFER_LIMITS.requestsTotal, 2 * concurrency),
});

/** Fills in the defaults. */
export function executorSettings(options: ExecutorOptions, unlockDelaySeconds: bigint): ExecutorSettings {
  return {
    modelPrices: {},
    models: [],
    concurrency: DEFAULTS.concurrency,
    peerRequestsPerSecond: DEFAULTS.peerRequestsPerSecond,
    queueLimit: 1024,
    perClientLimit: requestsOfOne(options.concurrency),
    answerTimeoutMs: 600_000,
    settleAmount: 1_000_000n,
    settleAgeMs: DEFAULTS.settleAgeSeconds * 1_000,
    settleCheckMs: 1_000,
    drainGraceMs: 30_000,
    watchPollMs: 1_000,
    offerTtlMs: 120_000,
    offerIntervalMs: 5_000,
    listModelsMs: 30_000,
    keyWatchMs: 10_000,
    unlockMarginSeconds: defaultUnlockMargin(unlockDelaySeconds),
    disputeCheckMs: 30_000,
    appeals: "auto",
    appealDeposits: MOST_APPEAL_DEPOSITS,
    watchtowers: [],
    watchtowerFee: 0n,
    entrustMs: 10_000,
    entrustAllMs: 3_600_000,
    onDispute: () => undefined,
    clock: wallClock,
    starting: new AbortController().signal,
    onWaiting: () => undefined,
    ...options,
  };
}

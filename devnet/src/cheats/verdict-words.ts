import { enumName } from "@lloom/protocol/contract-enums";
import {
  deliveryDisputesFacts,
  juryFacts,
  measuredDisputesFacts,
  stakeRegistryFacts,
} from "@lloom/protocol/generated/facts";
import { formatEther } from "ethers";
import { AUDITS } from "../deployment.ts";
import { money } from "../words.ts";

/** An event of a contract, by the names of its interface. */
export interface LegalEvent {
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
}

export interface ToldEvent {
  /** Absent where it only says until when something waits. */
  readonly text?: string | undefined;
  /** Until when the contract waits for somebody, chain seconds. */
  readonly waitsUntil?: bigint;
  /** Up to which block it waits. */
  readonly waitsForBlock?: bigint;
  /** Whoever is waited for has much to compute. */
  readonly isWork?: boolean;
  /** The dispute, where the event is a step of one. */
  readonly dispute?: string;
  /** Nothing follows in this dispute. */
  readonly isEnd?: boolean;
}

/**
 * Whether the network's clock is moved on to when this waits for. Once somebody is accused only the dispute counts: an auditor whose chain
 * of secrets has ended while the clock was moved on begins another, and nobody waits for that.
 */
export const isWaitedFor = ({ waitsUntil, dispute }: ToldEvent, isAccused: boolean): boolean =>
  waitsUntil !== undefined && (dispute !== undefined || !isAccused);

const EPOCH_SECONDS = AUDITS.auditEpochSeconds;
const OFFERS_SECONDS = 25n;

type Words = (args: LegalEvent["args"], nameOf: (address: unknown) => string) => ToldEvent;

const amount = (value: unknown): string => money(BigInt(value as bigint));
const seconds = (value: unknown): bigint => BigInt(value as bigint);
const id = (value: unknown): string => String(value);

/** What each event means, for people. Events that are missing here say nothing new. */
const WORDS: Readonly<Record<string, Words>> = {
  LaneSettled: ({ client, acknowledgedPaid, tailPaid }, nameOf) => ({
    text: `It claims ${amount(BigInt(acknowledgedPaid as bigint) + BigInt(tailPaid as bigint))} on chain for answers to ${nameOf(client)}.`,
  }),
  DeliveryOpened: (args, nameOf) => ({
    text: `Accused: ${nameOf(args["client"])} says that an answer for ${amount(args["paid"])} never came, and posts ${formatEther(args["bond"] as bigint)} ether. It has 12 h to show the answer; ${amount(args["penalty"])} of its stake wait.`,
    ...{ dispute: id(args["id"]), waitsUntil: seconds(args["revealBy"]) },
  }),
  AnswerRevealed: (args) => ({ text: "It shows the answer on chain.", dispute: id(args["id"]) }),
  DeliveryClosed: (args) => ({
    text: `Judged: ${DELIVERY_ENDS[enumName(deliveryDisputesFacts.State, args["state"] as bigint)] ?? NEWER}. ${amount(BigInt(args["refunded"] as bigint) + BigInt(args["repaid"] as bigint))} go back to the client, ${amount(args["slashed"])} are slashed.`,
    ...{ dispute: id(args["id"]), isEnd: true },
  }),
  ReportCommitted: () => ({
    text: "Found: somebody holds two signatures of it over one request, and commits to them unseen.",
  }),
  EquivocationProven: (args, nameOf) => ({
    text: `Judged: ${nameOf(args["reporter"])} proves the two signatures. ${amount(args["refunded"])} go back to the client, ${amount(args["slashed"])} are slashed.`,
    ...{ dispute: id(args["id"]), isEnd: true },
  }),
  ChainRegistered: ({ validator, firstEpoch }, nameOf) => ({
    text: `${nameOf(validator)} commits to whom it will audit, and when, before anybody can know.`,
    // Offers end while a clock is moved: everybody has to be heard of again before the epoch is drawn.
    waitsUntil: seconds(firstEpoch) * EPOCH_SECONDS - OFFERS_SECONDS,
  }),
  ExecutorAudited: (args, nameOf) => ({
    text: `Audited by ${nameOf(args["validator"])} with canaries that looked like anybody's questions.`,
  }),
  MeasuredOpened: (args, nameOf) => ({
    text: `Accused: ${nameOf(args["challenger"])} complains of ${Number(args["answers"]) === 1 ? "an answer" : `${String(args["answers"])} answers`}, ${KINDS[enumName(measuredDisputesFacts.Kind, args["kind"] as bigint)] ?? "for what this version does not know"}, and posts ${amount(args["bond"])}. ${amount(args["penalty"])} of its stake wait.`,
    ...{ dispute: id(args["id"]), waitsUntil: seconds(args["until"]) },
  }),
  ExecutorAnswered: (args) => ({ text: "It denies it, and names its evidence.", dispute: id(args["id"]) }),
  ExecutorSilent: (args) => ({ text: "It says nothing.", dispute: id(args["id"]) }),
  MeasuredMoved: (args) => ({
    text: STATES[enumName(measuredDisputesFacts.State, args["state"] as bigint)],
    ...{ dispute: id(args["id"]), waitsUntil: seconds(args["until"]) },
  }),
  DrawRequested: (args) => ({ dispute: id(args["id"]), waitsForBlock: BigInt(args["drawBlock"] as bigint) }),
  PanelDrawn: (args) => ({
    text: "A jury is drawn by the chain's randomness. Each of it fetches the evidence and measures by itself.",
    ...{ dispute: id(args["id"]), waitsUntil: seconds(args["commitUntil"]), isWork: true },
  }),
  JurorDrawn: (args, nameOf) => ({ text: `  juror: ${nameOf(args["juror"])}`, dispute: id(args["id"]) }),
  VoteCommitted: (args, nameOf) => ({
    text: `  ${nameOf(args["juror"])} has measured and voted, sealed`,
    dispute: id(args["id"]),
  }),
  VoteRevealed: (args, nameOf) => ({
    text: `  ${nameOf(args["juror"])} votes ${enumName(juryFacts.Choice, args["choice"] as bigint)}`,
    dispute: id(args["id"]),
  }),
  VerdictFound: (args) => ({
    text: `The verdict is ${enumName(juryFacts.Verdict, args["verdict"] as bigint)}; whoever it is against has a day to appeal.`,
    dispute: id(args["id"]),
  }),
  Appealed: (args, nameOf) => ({ text: `${nameOf(args["appellant"])} appeals.`, dispute: id(args["id"]) }),
  MeasuredClosed: (args) => ({
    text: `Judged: ${OUTCOMES[enumName(measuredDisputesFacts.Outcome, args["outcome"] as bigint)] ?? NEWER}.`,
    ...{ dispute: id(args["id"]), isEnd: true },
  }),
  Slashed: (args) => ({
    text: `Slashed: ${amount(args["taken"])} (${enumName(stakeRegistryFacts.Offence, args["offence"] as bigint)}); ${amount(args["totalStake"])} are left.`,
  }),
  Jailed: () => ({ text: "Jailed: it may not sell for 30 days." }),
};

/** How it ended by a contract that has more words than this version. */
const NEWER = "it ended in a way that this version does not know";

const KINDS: Readonly<Record<string, string>> = {
  WrongModel: "which are not of the weights that it signed",
  TokenInflation: "whose tokens it has counted twice",
};

const STATES: Readonly<Record<string, string>> = {
  Draw: "A jury is asked for.",
  Arbitration: "The arbitrator is asked.",
};

const OUTCOMES: Readonly<Record<string, string>> = {
  Upheld: "guilty",
  Rejected: "not guilty; the accuser loses its bond",
  Conceded: "it admits it, for a quarter of the penalty",
  Void: "nobody could tell",
};

const DELIVERY_ENDS: Readonly<Record<string, string>> = {
  Delivered: "it was delivered",
  Rejected: "the complaint was false",
  Conceded: "it concedes",
  Cancelled: "the client takes it back",
  Defaulted: "it shows nothing in time",
};

/** What an event means, for people; undefined for one that says nothing new. */
export const wordsOf = ({ name, args }: LegalEvent, nameOf: (address: unknown) => string): ToldEvent | undefined =>
  WORDS[name]?.(args, nameOf);

import type * as tables from "../../../indexer/ponder.schema.ts";
import { CHOICE_WORDS, STATE_WORDS, VERDICT_WORDS } from "./words.ts";

type Kind = (typeof tables.disputeMove.$inferSelect)["kind"];

/** What of a move its words depend on. */
interface Said {
  readonly detail: string | null;
  readonly round: number | null;
}

/** A sentence about a move. */
export interface MoveWords {
  /** Follows the account that moved. */
  readonly did?: (move: Said) => string;
  /** Whole, where no account moved. */
  readonly text: (move: Said) => string;
  /** What the move's amount is. */
  readonly amount?: string;
  /** What the move's hash is. */
  readonly hash?: string;
  /** What the deadline is for that begins here. */
  readonly until?: string;
}

const word = (words: Readonly<Record<string, unknown>>, name: string | null): string => {
  const found = name === null ? undefined : words[name];
  return typeof found === "string" ? found : "unknown";
};
const stateText = ({ detail }: Said): string =>
  detail !== null && Object.hasOwn(STATE_WORDS, detail)
    ? STATE_WORDS[detail as keyof typeof STATE_WORDS].text
    : STATE_WORDS.UNKNOWN.text;
const panel = ({ round }: Said): string => (round === 2 ? "second panel" : "first panel");

/** Every move of a dispute, in words. */
export const MOVE_KINDS: Readonly<Record<Kind | "UNKNOWN", MoveWords>> = {
  OPENED: {
    did: () => "opened the dispute",
    text: () => "The dispute was opened",
    amount: "bond",
    hash: "evidence",
    until: "to answer",
  },
  ANSWER_REVEALED: {
    did: ({ detail }) => `put chunk ${detail ?? ""} of the answer on chain`,
    text: ({ detail }) => `Chunk ${detail ?? ""} of the answer was put on chain`,
  },
  BOND_CREDITED: {
    did: () => "was credited out of what was sent as bond",
    text: () => "A part of the bond was credited",
    amount: "credited",
  },
  EXECUTOR_ANSWERED: {
    did: () => "answered with evidence of its own",
    text: () => "The executor answered",
    hash: "evidence",
  },
  EXECUTOR_SILENT: {
    did: () => "did not answer, from which nothing follows",
    text: () => "The executor did not answer",
  },
  STATE_CHANGED: { text: (move) => `Now: ${stateText(move)}`, until: "until" },
  DRAW_REQUESTED: { text: (move) => `The ${panel(move)} was asked for, ${move.detail ?? "?"} seats` },
  DRAW_RENEWED: { text: (move) => `Nobody drew the ${panel(move)} in time: another block decides` },
  DRAW_FAILED: {
    text: (move) => `The ${panel(move)} could not be drawn: ${move.detail ?? "too few"} jurors were found`,
  },
  PANEL_DRAWN: { text: (move) => `The ${panel(move)} was drawn`, hash: "seed", until: "to commit" },
  JUROR_DRAWN: { did: () => "was drawn as a juror", text: () => "A juror was drawn" },
  VOTE_COMMITTED: {
    did: () => "committed to a vote",
    text: () => "A juror committed to a vote",
    hash: "commitment",
  },
  VOTE_REVEALED: {
    did: ({ detail }) => `voted: ${word(CHOICE_WORDS, detail)}`,
    text: ({ detail }) => `A juror voted: ${word(CHOICE_WORDS, detail)}`,
  },
  VERDICT_FOUND: { text: ({ detail }) => `Verdict: ${word(VERDICT_WORDS, detail)}` },
  PANEL_FAILED: { text: (move) => `The ${panel(move)} came to no verdict` },
  APPEALED: { did: () => "appealed to a second panel", text: () => "Somebody appealed", amount: "deposit" },
  ARBITRATION_ASKED: {
    did: () => "asked the arbitrator",
    text: () => "The arbitrator was asked",
    amount: "its price",
  },
  RULED: {
    did: ({ detail }) => `ruled: ${word(VERDICT_WORDS, detail)}`,
    text: ({ detail }) => `The arbitrator ruled: ${word(VERDICT_WORDS, detail)}`,
  },
  JUROR_FINED: { did: () => "was fined as a juror", text: () => "A juror was fined", amount: "fine" },
  CASE_CLOSED: { text: ({ detail }) => `The jury's case came to: ${word(VERDICT_WORDS, detail)}`, amount: "fines" },
  CLOSED: {
    did: (move) => `ended the dispute: ${stateText(move)}`,
    text: (move) => `The dispute ended: ${stateText(move)}`,
  },
  UNKNOWN: { text: () => "Something that this explorer does not know" },
};

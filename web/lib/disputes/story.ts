import type { Hex } from "@lloom/protocol/commitment-types";
import type { Fault, Move, ReportShare, Slashing } from "../dispute-rows.ts";
import { MOVE_KINDS, type MoveWords } from "./move-kinds.ts";

/** One thing that happened, in words. */
export interface Line {
  readonly key: string;
  /** Who moved; the text then follows it. */
  readonly account: Hex | null;
  readonly text: string;
  readonly amount?: { readonly units: bigint; readonly unit: "token" | "ether"; readonly what: string };
  readonly hash?: { readonly value: Hex; readonly what: string };
  readonly until?: { readonly at: number; readonly what: string };
}

/** What one transaction did. */
export interface Entry {
  readonly at: number;
  readonly transactionHash: Hex;
  readonly lines: readonly Line[];
}

const NOBODY = `0x${"0".repeat(40)}`;

/** A move in words; `unit` is what bonds of the dispute are paid in. */
export function lineOf(move: Move, unit: "token" | "ether"): Line {
  const words: MoveWords = MOVE_KINDS[move.kind];
  const account = move.account === NOBODY || words.did === undefined ? null : move.account;
  return {
    key: move.id,
    account,
    text: account === null || words.did === undefined ? words.text(move) : words.did(move),
    ...(move.amount === null || words.amount === undefined
      ? {}
      : { amount: { units: move.amount, unit, what: words.amount } }),
    ...(move.hash === null || words.hash === undefined ? {} : { hash: { value: move.hash, what: words.hash } }),
    ...(move.until === null || words.until === undefined ? {} : { until: { at: move.until, what: words.until } }),
  };
}

/** Moves as a timeline: what one transaction did stands together. */
export function storyOf(moves: readonly Move[], unit: "token" | "ether"): readonly Entry[] {
  const groups: [Move, ...Move[]][] = [];
  for (const move of moves) {
    const last = groups.at(-1);
    if (last?.[0].transactionHash === move.transactionHash) last.push(move);
    else groups.push([move]);
  }
  return groups.map((group) => {
    const { timestamp: at, transactionHash } = group[0];
    // An appeal to the arbitrator is told twice: that somebody appealed, and that the arbitrator was asked.
    const isAsked = group.some(({ kind }) => kind === "ARBITRATION_ASKED");
    const told = group.filter(({ kind }) => !(isAsked && kind === "APPEALED"));
    return { at, transactionHash, lines: told.map((move) => lineOf(move, unit)) };
  });
}

interface FaultStory {
  readonly fault: Fault;
  readonly slashing: Slashing | undefined;
  readonly share: ReportShare | undefined;
}

/** A fault has no moves: what is known of it is its proof, the slash, and what became of the reporter's share. */
export function faultStory({ fault, slashing, share }: FaultStory): readonly Entry[] {
  const { timestamp: at, transactionHash } = fault;
  const proof: Line[] = [
    { key: "proof", account: fault.reporter, text: "proved it with two signatures of the executor" },
  ];
  if (slashing !== undefined) {
    const amount = { units: slashing.taken, unit: "token", what: "taken" } as const;
    proof.push({ key: "slash", account: fault.executorAddress, text: "lost stake", amount });
  }
  if (share !== undefined) {
    const amount = { units: share.amount, unit: "token", what: "share" } as const;
    const until = { at: share.payableAt, what: "until" } as const;
    const text = "has to wait for its share: whoever knew of the fault before may come first";
    proof.push({ key: "share", account: share.reporter, text, amount, until });
  }
  const first: Entry = { at, transactionHash, lines: proof };
  if (share?.paidTo == null || share.paidAt === null || share.paidTransactionHash === null) return [first];
  const paid: Line = { key: "paid", account: share.paidTo, text: "was paid the reporter's share" };
  return [first, { at: share.paidAt, transactionHash: share.paidTransactionHash, lines: [paid] }];
}

import { type Hex, ZERO_HASH } from "@lloom/protocol/commitment-types";
import { describe, expect, it } from "vitest";
import { isDischarged, nextVote, type VoteView } from "./vote-rules.ts";

const OWN: Hex = `0x${"11".repeat(32)}`;
const OTHER: Hex = `0x${"22".repeat(32)}`;
const PARTY = 255;
const seat = { round: 1, commitment: ZERO_HASH, revealed: undefined, isDuty: true } as const;

/** A seat on the first panel, two hours before the end of the time to commit. */
const view = (change: Partial<VoteView> = {}): VoteView => ({
  dispute: { state: "voting", verdict: "none" },
  panel: { round: 1, phase: "commit", commitUntil: 10_000n },
  ...{ seat, commitment: undefined, looked: undefined, nowSeconds: 2_800n },
  ...change,
});
const panel = (phase: VoteView["panel"]["phase"], round = 1) => ({ round, phase, commitUntil: 10_000n });

describe("while a panel commits, a juror", () => {
  it("looks at the evidence first, and waits for what comes of it", () => {
    expect(nextVote(view())).toEqual({ act: "judge" });
    expect(nextVote(view({ looked: "pending" }))).toMatchObject({ state: "pending" });
    expect(nextVote(view({ looked: "unreachable" }))).toMatchObject({ state: "waiting" });
  });

  it.each(["Mismatch", "Match", "Insufficient"] as const)("commits to %s as soon as it has found it", (looked) => {
    expect(nextVote(view({ looked }))).toEqual({ act: "commit", choice: looked });
  });

  it("commits to what is saved, whatever it finds now", () => {
    expect(nextVote(view({ commitment: OWN, looked: "Match" }))).toEqual({ act: "commit", choice: undefined });
  });

  it("says in the last hour that it cannot tell, and not a second earlier", () => {
    for (const looked of [undefined, "pending", "unreachable"] as const) {
      expect(nextVote(view({ looked, nowSeconds: 6_400n }))).toEqual({ act: "commit", choice: "Insufficient" });
      expect(nextVote(view({ looked, nowSeconds: 6_399n }))).not.toMatchObject({ act: "commit" });
    }
  });

  it("commits once: what another copy of its key committed to it does not touch", () => {
    const committed = { ...seat, commitment: OWN };
    expect(nextVote(view({ seat: committed, commitment: OWN }))).toMatchObject({ state: "committed" });
    expect(nextVote(view({ seat: committed, commitment: OTHER }))).toMatchObject({ state: "foreign" });
    expect(nextVote(view({ seat: committed, looked: "Match" }))).toMatchObject({ state: "foreign" });
  });
});

describe("while a panel reveals, a juror", () => {
  const revealing = { panel: panel("reveal") };

  it("reveals what it committed to, once", () => {
    const committed = { ...seat, commitment: OWN };
    expect(nextVote(view({ ...revealing, seat: committed, commitment: OWN }))).toEqual({ act: "reveal" });
    const revealed = { ...committed, revealed: "Match" } as const;
    expect(nextVote(view({ ...revealing, seat: revealed, commitment: OWN }))).toMatchObject({ state: "revealed" });
  });

  it("has nothing to reveal that it did not commit to, or that its log does not know", () => {
    expect(nextVote(view({ ...revealing, commitment: OWN }))).toMatchObject({ state: "missed" });
    expect(nextVote(view({ ...revealing, seat: { ...seat, commitment: OWN } }))).toMatchObject({ state: "foreign" });
  });
});

describe("a seat", () => {
  it("is gone with its case or its draw, and no party has one", () => {
    expect(nextVote(view({ dispute: { state: "none", verdict: "none" } }))).toMatchObject({ state: "gone" });
    expect(nextVote(view({ seat: { ...seat, round: 0 } }))).toMatchObject({ state: "undrawn" });
    expect(nextVote(view({ seat: { ...seat, round: PARTY } }))).toMatchObject({ state: "undrawn" });
  });

  it("of an older panel has nothing more to do", () => {
    expect(nextVote(view({ panel: panel("commit", 2) }))).toMatchObject({ state: "missed" });
    expect(nextVote(view({ panel: panel("commit", 2), seat: { ...seat, revealed: "Match" } }))).toMatchObject({
      state: "revealed",
    });
  });

  const closed = (verdict: VoteView["dispute"]["verdict"], change: Partial<VoteView["seat"]>) =>
    nextVote(view({ dispute: { state: "closed", verdict }, seat: { ...seat, commitment: OWN, ...change } }));

  it("is paid for the truth, or for coming where nothing was found", () => {
    expect(closed("mismatch", { revealed: "Mismatch" })).toMatchObject({ state: "paid" });
    expect(closed("match", { revealed: "Match" })).toMatchObject({ state: "paid" });
    expect(closed("none", { revealed: "Insufficient" })).toMatchObject({ state: "paid" });
    expect(closed("match", { revealed: "Insufficient" })).toMatchObject({ state: "unpaid" });
  });

  it("is fined for the opposite, for hiding a vote, and for not coming where that was a duty", () => {
    expect(closed("mismatch", { revealed: "Match" })).toMatchObject({ state: "fined" });
    expect(closed("match", {})).toMatchObject({ state: "fined" });
    expect(closed("match", { commitment: ZERO_HASH })).toMatchObject({ state: "fined" });
    expect(closed("match", { commitment: ZERO_HASH, isDuty: false })).toMatchObject({ state: "unpaid" });
  });

  it("has voted, and missed nothing, whatever a newer contract calls the vote", () => {
    const voted = { ...seat, commitment: OWN, revealed: "Unknown" } as const;
    expect(nextVote(view({ panel: panel("reveal"), seat: voted, commitment: OWN }))).toMatchObject({
      state: "revealed",
    });
    expect(nextVote(view({ panel: panel("commit", 2), seat: voted }))).toMatchObject({ state: "revealed" });
  });

  it("waits at what only a newer contract has a name for", () => {
    expect(nextVote(view({ panel: panel("unknown"), looked: "Match" }))).toEqual({ act: "none", state: "unknown" });
    expect(closed("match", { revealed: "Unknown" })).toMatchObject({ state: "unknown" });
    expect(closed("unknown", { revealed: "Match" })).toMatchObject({ state: "unknown" });
    expect(isDischarged("unknown")).toBe(false);
  });
});

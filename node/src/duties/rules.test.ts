import { describe, expect, it } from "vitest";
import { type AppealView, nextAppeal } from "./appeal-rules.ts";
import { type DueView, dueMove } from "./due-rules.ts";
import { nextPartyMove, type PartyView } from "./party-rules.ts";

type State = DueView["dispute"]["state"];
type Phase = DueView["panel"]["phase"];
/** A dispute at second 1000, before block 50. */
const due = (state: State, { until = 0n, phase = "none" as Phase, drawBlock = 0n, nowSeconds = 1000n } = {}) =>
  dueMove({ dispute: { state, until }, panel: { phase, drawBlock }, nowSeconds, head: 50n });

describe("what is due", () => {
  it.each(["answer", "appealable", "arbitration"] as const)("is the end of %s, a second after its last", (state) => {
    expect(due(state, { until: 1000n })).toBeUndefined();
    expect(due(state, { until: 999n })).toBe("poke");
  });

  it("is a draw from its block on", () => {
    expect(due("draw", { phase: "drawing", drawBlock: 51n })).toBeUndefined();
    expect(due("draw", { phase: "drawing", drawBlock: 50n })).toBe("draw");
  });

  it("is to say that a panel was drawn, that it has voted, or that there is none", () => {
    for (const phase of ["commit", "reveal", "ended", "failed"] as const) expect(due("draw", { phase })).toBe("poke");
    expect(due("voting", { phase: "ended" })).toBe("poke");
    expect(due("voting", { phase: "reveal" })).toBeUndefined();
  });

  it("is nothing for a dispute that is over, or not there, or in a state of a later version", () => {
    for (const state of ["closed", "none", "unknown"] as const) expect(due(state)).toBeUndefined();
  });
});

const appeal = (change: Partial<AppealView> = {}): AppealView => ({
  ...{ policy: "auto", deposit: 10n, locked: 5n, mostLocked: 15n, funds: 10n },
  ...change,
});

describe("an appeal", () => {
  it("is made while funds and bound cover it, and not by a unit less", () => {
    expect(nextAppeal(appeal())).toEqual({ act: "appeal" });
    expect(nextAppeal(appeal({ funds: 9n }))).toMatchObject({ state: "unaffordable" });
    expect(nextAppeal(appeal({ locked: 6n }))).toMatchObject({ state: "unaffordable" });
  });

  it("is asked for, or not made, as the policy says; and not without somebody to appeal to", () => {
    expect(nextAppeal(appeal({ policy: "ask" }))).toMatchObject({ state: "asked" });
    expect(nextAppeal(appeal({ policy: "off" }))).toMatchObject({ state: "accepted" });
    expect(nextAppeal(appeal({ deposit: undefined }))).toMatchObject({ state: "accepted" });
  });
});

const party = (change: Partial<PartyView> = {}): PartyView => ({
  dispute: { state: "answer", until: 2000n, verdict: "none", outcome: "none" },
  panel: { phase: "none", drawBlock: 0n },
  ...{ nowSeconds: 1000n, head: 50n, side: "executor", reply: "answer", appeal: appeal(), refused: new Set() },
  ...change,
});
const judged = (verdict: PartyView["dispute"]["verdict"]): PartyView["dispute"] => ({
  ...{ state: "appealable", until: 2000n, verdict, outcome: "none" },
});

describe("a party", () => {
  it("answers or concedes as executor, says nothing with nothing to show, and never answers as challenger", () => {
    expect(nextPartyMove(party())).toEqual({ act: "answer" });
    expect(nextPartyMove(party({ reply: "concede" }))).toEqual({ act: "concede" });
    expect(nextPartyMove(party({ reply: "wait" }))).toMatchObject({ state: "unanswerable" });
    expect(nextPartyMove(party({ side: "challenger", reply: "wait" }))).toMatchObject({ state: "open" });
  });

  it("does nothing again that the contract refused", () => {
    expect(nextPartyMove(party({ refused: new Set(["answer"]) }))).toMatchObject({ act: "none", state: "open" });
    const refused = new Set(["appeal"] as const);
    expect(nextPartyMove(party({ dispute: judged("mismatch"), refused }))).toMatchObject({ act: "none" });
  });

  it("appeals against the verdict that is against it, and against no other", () => {
    expect(nextPartyMove(party({ dispute: judged("mismatch") }))).toEqual({ act: "appeal" });
    expect(nextPartyMove(party({ dispute: judged("match") }))).toMatchObject({ state: "favoured" });
    expect(nextPartyMove(party({ dispute: judged("match"), side: "challenger" }))).toEqual({ act: "appeal" });
    expect(nextPartyMove(party({ dispute: judged("mismatch"), side: "challenger" }))).toMatchObject({
      state: "favoured",
    });
  });

  it("takes a verdict that only a newer contract has a name for as nobody's", () => {
    for (const side of ["executor", "challenger"] as const)
      expect(nextPartyMove(party({ dispute: judged("unknown"), side }))).toEqual({ act: "none", state: "unknown" });
  });

  it("ends what is over by time before anything else", () => {
    expect(nextPartyMove(party({ nowSeconds: 2001n }))).toEqual({ act: "poke" });
    expect(nextPartyMove(party({ dispute: judged("mismatch"), nowSeconds: 2001n }))).toEqual({ act: "poke" });
  });

  it("says how it ended", () => {
    for (const outcome of ["upheld", "rejected", "conceded", "void"] as const)
      expect(nextPartyMove(party({ dispute: { ...judged("match"), state: "closed", outcome } }))).toMatchObject({
        state: outcome,
      });
  });
});

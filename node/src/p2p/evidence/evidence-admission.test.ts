import type { Hex } from "@lloom/protocol/commitment-types";
import { describe, expect, it } from "vitest";
import { EVIDENCE_SERVER_LIMITS } from "../limits.ts";
import { EvidenceAdmission, type Visit } from "./evidence-admission.ts";

const limits = { ...EVIDENCE_SERVER_LIMITS, asksPerPeer: 4, asksTotal: 4, outsideTotal: 6, asksPerSecond: 0.001 };

function openAdmission(known: readonly string[] = [], change: Partial<typeof limits> = {}) {
  const admission = new EvidenceAdmission({
    limits: { ...limits, ...change },
    knows: (peerId) => known.includes(peerId),
  });
  const cut: Visit[] = [];
  const open = (peerId: string): Visit => {
    const visit = admission.open(peerId, () => {
      cut.push(visit as Visit);
      admission.close(visit as Visit);
    });
    if ("problem" in visit) throw visit.problem;
    return visit;
  };
  /** Whoever asks and has a right; its place may come later. */
  const enter = (peerId: string): Visit => {
    const visit = open(peerId);
    admission.asked(visit);
    admission.place(visit).catch(() => undefined);
    return visit;
  };
  return { admission, cut, open, enter };
}
const placed = (...visits: readonly Visit[]): boolean[] => visits.map(({ stage }) => stage === "placed");

describe("places for answers", () => {
  it("are given to who has none before who has some, and then in order", () => {
    const { admission, enter } = openAdmission([], { asksTotal: 2 });
    const [first, second] = [enter("a"), enter("b")];
    const [more, other, last] = [enter("a"), enter("c"), enter("d")];
    expect(placed(first, second, more, other, last)).toEqual([true, true, false, false, false]);
    admission.answered(second);
    expect(placed(more, other, last)).toEqual([false, true, false]);
    admission.close(other);
    expect(placed(more, last)).toEqual([false, true]);
    admission.close(last);
    expect(placed(more)).toEqual([true]);
  });

  it("are not all given to who has some: the last quarter is for peers without any", () => {
    const { enter } = openAdmission();
    expect(placed(enter("a"), enter("a"), enter("a"), enter("a"), enter("b"))).toEqual([true, true, true, false, true]);
  });

  it("do not come for ever to who waits", async () => {
    const { admission, open, enter } = openAdmission([], { asksTotal: 1, waitMs: 1 });
    enter("a");
    const visit = open("b");
    admission.asked(visit);
    await expect(admission.place(visit)).rejects.toMatchObject({ code: "RATE_LIMITED" });
    const gone = open("c");
    admission.asked(gone);
    const place = admission.place(gone);
    admission.close(gone);
    await expect(place).rejects.toMatchObject({ code: "STREAM_INTERRUPTED" });
  });
});

describe("streams without a place", () => {
  it("make room where they are too many: the silent of a stranger with most of them first", () => {
    const { admission, cut, open, enter } = openAdmission(["known"], { asksTotal: 1 });
    enter("placed");
    const [known, asking, one] = [open("known"), open("asking"), open("one")];
    admission.asked(asking);
    const entitled = enter("juror");
    const many = open("many");
    open("many");
    expect(cut).toEqual([]);
    open("late");
    expect(cut).toEqual([many]);
    open("later");
    expect(cut).toEqual([many, one]);
    for (const [index, peer] of ["d", "e", "f", "g"].entries()) open(`${peer}${index}`);
    expect(cut).not.toContain(known);
    expect(cut).not.toContain(asking);
    expect(cut).not.toContain(entitled);
  });

  it("of who was answered stay longer than a stranger's, who had no right and stays although it was told so", () => {
    const { admission, cut, open, enter } = openAdmission([], { outsideTotal: 2 });
    const told = enter("party");
    admission.answered(told);
    const refused = open("refused");
    admission.asked(refused);
    admission.answered(refused);
    open("late");
    expect(cut).toEqual([refused]);
  });

  it("cost as much as questions, and silent ones many times that; who was cut to make room pays nothing more", () => {
    const { admission, open } = openAdmission([], { askBurst: 8, outsideTotal: 1 });
    admission.close(open("silent"));
    admission.close(open("silent"));
    for (let asks = 0; asks < 8; asks++) {
      const visit = open("asks");
      admission.asked(visit);
      admission.close(visit);
    }
    expect(admission.open("asks", () => undefined)).toMatchObject({ isTold: true });
    admission.close(open("silent"));
    expect(admission.open("silent", () => undefined)).toMatchObject({ isTold: false });
    for (let round = 0; round < 7; round++) {
      const crowd = [open("crowded out"), open(`another ${round}`)];
      expect(crowd.map(({ isCut }) => isCut)).toEqual([true, false]);
      admission.close(crowd[1] as Visit);
    }
    expect(admission.open("crowded out", () => undefined)).toMatchObject({ stage: "silent" });
  });

  it("cost nothing to a client that asks about what it paid for: each answer so often, and all of them at a rate", () => {
    const free = { freeAsksPerAnswer: 2, freeAsksPerSecond: 0.001, freeAskBurst: 5 };
    const isTaken = (...answers: readonly Hex[]): boolean => {
      const { admission, open } = openAdmission([], { askBurst: 1, ...free });
      for (const answer of answers) {
        const visit = open("client");
        admission.asked(visit);
        admission.place(visit, answer).catch(() => undefined);
        admission.close(visit);
      }
      return !("problem" in admission.open("client", () => undefined));
    };
    expect(isTaken("0x01", "0x01")).toBe(true);
    expect(isTaken("0x01", "0x01", "0x01")).toBe(false);
    expect(isTaken("0x01", "0x02", "0x01", "0x02", "0x03")).toBe(true);
    expect(isTaken("0x01", "0x02", "0x01", "0x02", "0x03", "0x04")).toBe(false);
  });

  it("of one peer are so many", () => {
    const { open } = openAdmission();
    for (let streams = 0; streams < 4; streams++) open("a");
    expect(() => open("a")).toThrow("at a time");
  });
});

import { describe, expect, it } from "vitest";
import { EVIDENCE_SERVER_LIMITS } from "../limits.ts";
import { EvidenceDoor, type Visit } from "./evidence-door.ts";

const limits = { ...EVIDENCE_SERVER_LIMITS, asksPerPeer: 4, asksTotal: 4, outsideTotal: 6, asksPerSecond: 0.001 };

function openDoor(known: readonly string[] = [], change: Partial<typeof limits> = {}) {
  const door = new EvidenceDoor({ limits: { ...limits, ...change }, knows: (peerId) => known.includes(peerId) });
  const cut: Visit[] = [];
  const open = (peerId: string): Visit => {
    const visit = door.open(peerId, () => {
      cut.push(visit as Visit);
      door.close(visit as Visit);
    });
    if ("problem" in visit) throw visit.problem;
    return visit;
  };
  /** Whoever asks and has a right; its place may come later. */
  const enter = (peerId: string): Visit => {
    const visit = open(peerId);
    door.asked(visit);
    door.place(visit).catch(() => undefined);
    return visit;
  };
  return { door, cut, open, enter };
}
const placed = (...visits: readonly Visit[]): boolean[] => visits.map(({ stage }) => stage === "placed");

describe("places for answers", () => {
  it("are given to who has none before who has some, and then in order", () => {
    const { door, enter } = openDoor([], { asksTotal: 2 });
    const [first, second] = [enter("a"), enter("b")];
    const [more, other, last] = [enter("a"), enter("c"), enter("d")];
    expect(placed(first, second, more, other, last)).toEqual([true, true, false, false, false]);
    door.answered(second);
    expect(placed(more, other, last)).toEqual([false, true, false]);
    door.close(other);
    expect(placed(more, last)).toEqual([false, true]);
    door.close(last);
    expect(placed(more)).toEqual([true]);
  });

  it("are not all given to who has some: the last quarter is for peers without any", () => {
    const { enter } = openDoor();
    expect(placed(enter("a"), enter("a"), enter("a"), enter("a"), enter("b"))).toEqual([true, true, true, false, true]);
  });

  it("do not come for ever to who waits", async () => {
    const { door, open, enter } = openDoor([], { asksTotal: 1, waitMs: 1 });
    enter("a");
    const visit = open("b");
    door.asked(visit);
    await expect(door.place(visit)).rejects.toMatchObject({ code: "RATE_LIMITED" });
    const gone = open("c");
    door.asked(gone);
    const place = door.place(gone);
    door.close(gone);
    await expect(place).rejects.toMatchObject({ code: "STREAM_INTERRUPTED" });
  });
});

describe("streams without a place", () => {
  it("make room where they are too many: the silent of a stranger with most of them first", () => {
    const { door, cut, open, enter } = openDoor(["known"], { asksTotal: 1 });
    enter("placed");
    const [known, asking, one] = [open("known"), open("asking"), open("one")];
    door.asked(asking);
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
    const { door, cut, open, enter } = openDoor([], { outsideTotal: 2 });
    const told = enter("party");
    door.answered(told);
    const refused = open("refused");
    door.asked(refused);
    door.answered(refused);
    open("late");
    expect(cut).toEqual([refused]);
  });

  it("cost as much as questions, and silent ones many times that; who was cut to make room pays nothing more", () => {
    const { door, open } = openDoor([], { askBurst: 8, outsideTotal: 1 });
    door.close(open("silent"));
    door.close(open("silent"));
    for (let asks = 0; asks < 8; asks++) {
      const visit = open("asks");
      door.asked(visit);
      door.close(visit);
    }
    expect(door.open("asks", () => undefined)).toMatchObject({ isTold: true });
    door.close(open("silent"));
    expect(door.open("silent", () => undefined)).toMatchObject({ isTold: false });
    for (let round = 0; round < 7; round++) {
      const crowd = [open("crowded out"), open(`another ${round}`)];
      expect(crowd.map(({ isCut }) => isCut)).toEqual([true, false]);
      door.close(crowd[1] as Visit);
    }
    expect(door.open("crowded out", () => undefined)).toMatchObject({ stage: "silent" });
  });

  it("of one peer are so many", () => {
    const { open } = openDoor();
    for (let streams = 0; streams < 4; streams++) open("a");
    expect(() => open("a")).toThrow("at a time");
  });
});

import { describe, expect, it } from "vitest";
import { type AnswerAct, type AnswerView, CONCEDE_BEFORE_SECONDS, nextAnswer } from "./answer-rules.ts";

const REVEAL_BY = 100_000n;
const NOTHING = { hasLaterRequest: false, hasAck: false, chunkCount: undefined, revealed: 0n };
const view = (change: Partial<AnswerView["evidence"]> = {}, over: Partial<AnswerView> = {}): AnswerView => ({
  dispute: { state: "open", revealBy: REVEAL_BY, isRevealing: true },
  nowSeconds: 0n,
  evidence: { ...NOTHING, ...change },
  refused: new Set(),
  ...over,
});
const refused = (...acts: AnswerAct[]) => ({ refused: new Set(acts) });

describe("an open dispute", () => {
  it("is answered by what the client signed first, then by its text, then not at all", () => {
    const all = { hasLaterRequest: true, hasAck: true, chunkCount: 2 };
    expect(nextAnswer(view(all))).toEqual({ act: "rebutByRequest" });
    expect(nextAnswer(view(all, refused("rebutByRequest")))).toEqual({ act: "rebutByAck" });
    expect(nextAnswer(view(all, refused("rebutByRequest", "rebutByAck")))).toEqual({ act: "reveal" });
    expect(nextAnswer(view())).toEqual({ act: "none", state: "unanswerable" });
  });

  it("about a long answer gets eight chunks at a time, those that are missing", () => {
    const first = { act: "revealChunks", indexes: [0, 1, 2, 3, 4, 5, 6, 7] };
    expect(nextAnswer(view({ chunkCount: 9 }))).toEqual(first);
    expect(nextAnswer(view({ chunkCount: 10, revealed: 0b01_1110_1111n }))).toEqual({
      act: "revealChunks",
      indexes: [4, 9],
    });
    expect(nextAnswer(view({ chunkCount: 257 }))).toEqual({ act: "none", state: "unanswerable" });
  });

  it("is answered by one chunk first, unless there are only two: then nobody can cancel under the rest", () => {
    const dispute = { state: "open", revealBy: REVEAL_BY, isRevealing: false } as const;
    expect(nextAnswer(view({ chunkCount: 2 }, { dispute }))).toEqual({ act: "reveal" });
    expect(nextAnswer(view({ chunkCount: 3 }, { dispute }))).toEqual({ act: "revealChunks", indexes: [0] });
    const rest = { act: "revealChunks", indexes: [1, 2] };
    expect(nextAnswer(view({ chunkCount: 3, revealed: 1n }))).toEqual(rest);
  });

  it("is conceded only when nothing can be shown and the time for a copy is over", () => {
    const last = REVEAL_BY - CONCEDE_BEFORE_SECONDS;
    expect(nextAnswer(view({}, { nowSeconds: last - 1n })).act).toBe("none");
    expect(nextAnswer(view({}, { nowSeconds: last }))).toEqual({ act: "concede" });
    expect(nextAnswer(view({ hasAck: true }, { nowSeconds: last }))).toEqual({ act: "rebutByAck" });
    expect(nextAnswer(view({}, { nowSeconds: REVEAL_BY, ...refused("concede") })).act).toBe("none");
  });

  it("is not answered after its last second", () => {
    expect(nextAnswer(view({ hasAck: true }, { nowSeconds: REVEAL_BY }))).toEqual({ act: "rebutByAck" });
    const late = { act: "none", state: "late" };
    expect(nextAnswer(view({ hasAck: true }, { nowSeconds: REVEAL_BY + 1n }))).toEqual(late);
  });
});

describe("a dispute that is not open", () => {
  it("is left alone, whatever could be shown", () => {
    const state = (state: AnswerView["dispute"]["state"]) =>
      nextAnswer(view({ hasAck: true }, { dispute: { state, revealBy: REVEAL_BY, isRevealing: false } }));
    expect(state("none")).toEqual({ act: "none", state: "gone" });
    expect(state("delivered")).toEqual({ act: "none", state: "delivered" });
    expect(state("unknown")).toEqual({ act: "none", state: "unknown" });
  });
});

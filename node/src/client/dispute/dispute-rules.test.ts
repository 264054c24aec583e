import { describe, expect, it } from "vitest";
import { type DisputeView, isOver, nextDispute } from "./dispute-rules.ts";

const view = (change: Partial<DisputeView> = {}): DisputeView => ({
  dispute: { state: "none", revealBy: 0n, isRevealing: false },
  lane: { nonce: 3n, cost: 90n },
  request: { nonce: 3n, ackedCost: 40n },
  answer: "missing",
  nowSeconds: 1_000n,
  openFrom: 1_000n,
  openBy: 2_000n,
  policy: "auto",
  bond: 5n,
  locked: 5n,
  mostLocked: 10n,
  ...change,
});
const state = (change: Partial<DisputeView>) => {
  const move = nextDispute(view(change));
  return move.act === "none" ? move.state : move.act;
};

describe("an answer that was settled and is missing", () => {
  it("is disputed in its time, with a bond within the bound", () => {
    expect(state({})).toBe("open");
    expect(state({ nowSeconds: 999n })).toBe("missing");
    expect(state({ nowSeconds: 2_000n })).toBe("open");
    expect(state({ nowSeconds: 2_001n })).toBe("expired");
    expect(state({ bond: 6n })).toBe("unaffordable");
    expect(state({ policy: "ask" })).toBe("asked");
  });

  it("is none while the chain shows no settlement of it, or shows a later one", () => {
    expect(state({ lane: { nonce: 2n, cost: 40n } })).toBe("gone");
    expect(state({ lane: { nonce: 3n, cost: 40n } })).toBe("gone");
    expect(state({ lane: { nonce: 4n, cost: 95n } })).toBe("passed");
  });

  it("is let be when it came, or when two signatures say more", () => {
    expect(state({ answer: "here" })).toBe("came");
    expect(state({ answer: "other" })).toBe("reported");
  });
});

describe("an open dispute", () => {
  const open = { state: "open" as const, revealBy: 3_000n, isRevealing: false };

  it("is cancelled when the answer came, unless a part is on chain already", () => {
    expect(state({ dispute: open })).toBe("disputed");
    expect(state({ dispute: open, answer: "here" })).toBe("cancel");
    expect(state({ dispute: { ...open, isRevealing: true }, answer: "here" })).toBe("disputed");
  });

  it("is ended after its deadline, whatever the policy says now", () => {
    expect(state({ dispute: open, nowSeconds: 3_000n })).toBe("disputed");
    expect(state({ dispute: open, nowSeconds: 3_001n, policy: "ask", answer: "here" })).toBe("close");
  });

  it("is over with any other state, but for one that this version does not know", () => {
    for (const end of ["delivered", "rejected", "conceded", "cancelled", "defaulted"] as const) {
      expect(state({ dispute: { ...open, state: end } })).toBe(end);
      expect(isOver(end)).toBe(true);
    }
    expect(isOver(state({ dispute: { ...open, state: "unknown" } }))).toBe(false);
    expect(isOver("gone")).toBe(false);
  });
});

import { measuredEvidenceFacts } from "@lloom/protocol/generated/facts";
import { describe, expect, it } from "vitest";
import { complainBy, isSettledMatter, nextOvercharge, type OverchargeView } from "./overcharge-rules.ts";

const DEADLINE = 1_800_000_000n;
const VIEW: OverchargeView = {
  isDisputed: false,
  lane: { nonce: 3n },
  request: { nonce: 3n, deadline: DEADLINE },
  nowSeconds: DEADLINE,
  policy: "auto",
  isCertain: true,
  others: "none",
  ...{ bond: 10n, locked: 20n, mostLocked: 30n, funds: 10n },
};
const stateOf = (change: Partial<OverchargeView>): string => {
  const move = nextOvercharge({ ...VIEW, ...change });
  return move.act === "none" ? move.state : move.act;
};

describe("an answer that was paid by other counts than it has", () => {
  it("is complained of once, while it is settled and the contract takes it", () => {
    expect(stateOf({})).toBe("complain");
    expect(stateOf({ isDisputed: true })).toBe("complained");
    // A later answer of the lane takes nothing of it back; an earlier one means that its block is gone.
    expect(stateOf({ lane: { nonce: 4n } })).toBe("complain");
    expect(stateOf({ lane: { nonce: 2n } })).toBe("gone");
    const last = DEADLINE + measuredEvidenceFacts.EVIDENCE_WINDOW;
    expect(complainBy(VIEW.request)).toBe(last);
    expect([last, last + 1n].map((nowSeconds) => stateOf({ nowSeconds }))).toEqual(["complain", "late"]);
  });

  it("waits for its owner where the policy says so, and for money", () => {
    expect(stateOf({ policy: "ask" })).toBe("asked");
    // Jurors of another version may find that nothing is wrong.
    expect(stateOf({ isCertain: false })).toBe("asked");
    expect(stateOf({ funds: 9n })).toBe("unaffordable");
    expect(stateOf({ locked: 21n })).toBe("unaffordable");
    expect(stateOf({ locked: 20n, funds: 10n })).toBe("complain");
  });

  it("waits for the end of another complaint about its executor, and for its owner once one was lost", () => {
    expect(stateOf({ others: "open" })).toBe("waiting");
    expect(stateOf({ others: "lost" })).toBe("asked");
    expect(stateOf({ others: "open", isDisputed: true })).toBe("complained");
  });

  it("is over once somebody has complained, or nobody can any more; a reorganisation may bring the rest back", () => {
    const states = ["complained", "late", "gone", "asked", "waiting", "unaffordable", "miscounted"];
    expect(states.filter(isSettledMatter)).toEqual(["complained", "late"]);
  });
});

import type { Receipt } from "@lloom/protocol/commitment-types";
import { measuredEvidenceFacts } from "@lloom/protocol/generated/facts";
import { describe, expect, it } from "vitest";
import type { CanaryFinding, KeptAudit } from "./canary-answer.ts";
import { accusationOf, bondProblem, isPaid, isShowable } from "./complaint-rules.ts";

const { EVIDENCE_WINDOW } = measuredEvidenceFacts;

describe("an answer that a complaint may show", () => {
  const receipt = { request: { nonce: 3n, ackedCost: 100n }, response: { cumulativeCost: 150n } } as Receipt;

  it("was settled, and something was paid for it", () => {
    expect(isPaid(receipt, { nonce: 3n, cost: 150n })).toBe(true);
    expect(isPaid(receipt, { nonce: 4n, cost: 900n })).toBe(true);
    expect(isPaid(receipt, { nonce: 3n, cost: 101n })).toBe(true);
    // Its channel held nothing more: the lane is settled up to it, and unpaid.
    expect(isPaid(receipt, { nonce: 3n, cost: 100n })).toBe(false);
    expect(isPaid(receipt, { nonce: 2n, cost: 150n })).toBe(false);
    expect(isPaid({ ...receipt, response: { cumulativeCost: 100n } } as Receipt, { nonce: 9n, cost: 900n })).toBe(
      false,
    );
  });

  it("is shown once, and not in the last hour of its time", () => {
    const facts = { deadline: 1_000n, isSpent: false };
    const last = 1_000n + EVIDENCE_WINDOW - 3_600n;
    expect([isShowable(facts, last), isShowable(facts, last + 1n)]).toEqual([true, false]);
    expect(isShowable({ ...facts, isSpent: true }, 1_000n)).toBe(false);
  });
});

describe("canaries that were judged", () => {
  let answers = 0;
  const judged = (finding: CanaryFinding, { text = `Answer ${++answers}.`, type = "answered" } = {}): KeptAudit =>
    ({
      ...{ finding, state: "judged", responseHash: `0x${"11".repeat(32)}` },
      question: { canary: { messages: [{ role: "user", content: "What is a cat?" }] } },
      answer: { type, answer: { text } },
    }) as unknown as KeptAudit;
  const far = { factor: 1000, failure: "trace", proof: "distance" } as const;
  const nearer = { factor: 1000, failure: "trace" } as const;

  it("accuse of what a jury convicts by, the newest first, and each answer once", () => {
    const canaries = [nearer, far, far, far, far].map((finding) => judged(finding));
    const accusation = accusationOf([...canaries, judged(far, { text: "Answer 5." })]);
    expect(accusation?.canaries.map(({ answer }) => answer?.type === "answered" && answer.answer.text)).toEqual([
      ...["Answer 5.", "Answer 4.", "Answer 3.", "Answer 2."],
    ]);
  });

  it("accuse of nothing by odds alone, however long they are, nor by the same answer again", () => {
    const unlikely = Array.from({ length: 64 }, () => judged(nearer));
    expect(accusationOf(unlikely)).toBeUndefined();
    expect(accusationOf([...unlikely, judged(far), judged(far)])).toBeUndefined();
    expect(accusationOf(Array.from({ length: 9 }, () => judged(far, { text: "The same." })))).toBeUndefined();
    expect(accusationOf([...unlikely, judged(far), judged(far), judged(far)])?.canaries).toHaveLength(3);
  });

  it("accuse of nothing while they are few among many that are right", () => {
    const right = Array.from({ length: 200 }, () => judged({ factor: 0 }));
    expect(accusationOf([judged(far), judged(far), judged(far), ...right])).toBeUndefined();
  });

  it("accuse by a single trace that cannot be true, and by none that is hidden", () => {
    const impossible = judged({ failure: "structure", proof: "structure" });
    expect(accusationOf([judged({ factor: 0 }), impossible, judged(far)])?.canaries[0]).toBe(impossible);
    expect(accusationOf(Array.from({ length: 9 }, () => judged({ failure: "trace" })))).toBeUndefined();
    // An executor that no calibration covers is not judged by a jury; an answer that the client refused has nothing to show.
    expect(accusationOf([judged({ failure: "structure" })])).toBeUndefined();
    expect(accusationOf([judged({ failure: "structure", proof: "structure" }, { type: "wrong" })])).toBeUndefined();
  });
});

describe("the bond of a complaint", () => {
  it("has to be there, and within the bound with all others", () => {
    const facts = { bond: 10n, locked: 20n, mostLocked: 30n, funds: 10n };
    expect(bondProblem(facts)).toBeUndefined();
    expect(bondProblem({ ...facts, locked: 21n })).toBe("beyond the bound");
    expect(bondProblem({ ...facts, funds: 9n })).toBe("unaffordable");
  });
});

import { describe, expect, it } from "vitest";
import { type CountedAnswer, countFinding } from "./count-finding.ts";

/** An answer that was charged for 100 and 100 tokens; its real counts are 10 and 100 unless changed. */
const answer = (change: Partial<CountedAnswer> = {}): CountedAnswer => ({
  request: { maxInboundTokens: 1000n, maxOutboundTokens: 1000n },
  response: { inboundTokens: 100n, outboundTokens: 100n },
  claimed: { inboundTokens: 10, outboundTokens: 100 },
  counts: { inboundTokens: 10, outboundTokens: 100 },
  isSameVersion: true,
  ...change,
});
const inbound = (inboundTokens: number) => ({ inboundTokens, outboundTokens: 100 });

describe("of a complaint about counts", () => {
  it("finds a mismatch where the claimed counts are the true ones, or a claim less than what was overcharged", () => {
    expect(countFinding([answer()])).toBe("Mismatch");
    expect(countFinding([answer({ claimed: inbound(40) })])).toBe("Mismatch");
  });

  it("finds a match where fewer tokens are claimed than there were, by one", () => {
    expect(countFinding([answer({ claimed: inbound(9) })])).toBe("Match");
  });

  it("finds a match where what was charged is right", () => {
    expect(countFinding([answer({ counts: inbound(100) })])).toBe("Match");
    expect(countFinding([answer({ counts: inbound(120), claimed: inbound(50) })])).toBe("Match");
  });

  it("finds a match where one claim of several is untrue, whatever the others are", () => {
    expect(countFinding([answer(), answer({ claimed: inbound(9) })])).toBe("Match");
    expect(countFinding([answer(), answer()])).toBe("Mismatch");
  });

  it("looks at the other count, too", () => {
    const claimed = { inboundTokens: 100, outboundTokens: 5 };
    expect(countFinding([answer({ claimed, counts: { inboundTokens: 100, outboundTokens: 5 } })])).toBe("Mismatch");
    expect(countFinding([answer({ claimed, counts: { inboundTokens: 100, outboundTokens: 6 } })])).toBe("Match");
  });

  it("says nothing of an undercount that nobody complains of", () => {
    const undercounted = answer({ claimed: inbound(100), counts: inbound(500) });
    expect(countFinding([undercounted, answer()])).toBe("Mismatch");
  });

  it("takes no count for higher than the request's limit", () => {
    const request = { maxInboundTokens: 10n, maxOutboundTokens: 1000n };
    expect(countFinding([answer({ request, counts: inbound(70) })])).toBe("Mismatch");
  });

  it("with another version, leaves open what lies within the tolerance and decides what does not", () => {
    const other = { isSameVersion: false, counts: inbound(64) };
    // A 32nd of 64 is 2.
    expect(countFinding([answer({ ...other, claimed: inbound(61) })])).toBe("Match");
    expect(countFinding([answer({ ...other, claimed: inbound(62) })])).toBe("Insufficient");
    expect(countFinding([answer({ ...other, claimed: inbound(64) })])).toBe("Mismatch");
    const response = { inboundTokens: 66n, outboundTokens: 100n };
    expect(countFinding([answer({ ...other, response, claimed: inbound(64) })])).toBe("Match");
  });
});

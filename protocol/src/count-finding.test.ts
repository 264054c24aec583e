import { describe, expect, it } from "vitest";
import { type CountedAnswer, certainClaim, chargedTooMuch, countFinding } from "./count-finding.ts";

/** An answer that was charged for 100 and 100 tokens; its real counts are 10 and 100 unless changed. */
const answer = (change: Partial<CountedAnswer> = {}): CountedAnswer => ({
  request: { maxInboundTokens: 1000n, maxOutboundTokens: 1000n },
  response: { inboundTokens: 100n, outboundTokens: 100n },
  claimed: { inboundTokens: 10, outboundTokens: 100 },
  counts: { inboundTokens: 10, outboundTokens: 100 },
  isSameVersion: true,
  canClear: true,
  ...change,
});
const inbound = (inboundTokens: number) => ({ inboundTokens, outboundTokens: 100 });

describe("of a complaint about counts", () => {
  it("finds a mismatch where the claimed counts are the true ones, or a claim less than what was overcharged", () => {
    expect(countFinding([answer()])).toBe("Mismatch");
    expect(countFinding([answer({ claimed: inbound(40) })])).toBe("Mismatch");
  });

  it("forgives a challenger of another version what versions may differ by, and finds a match beyond twice that", () => {
    // A 32nd of 10, rounded up, is 1.
    expect(countFinding([answer({ claimed: inbound(9) })])).toBe("Mismatch");
    expect(countFinding([answer({ claimed: inbound(8) })])).toBe("Insufficient");
    expect(countFinding([answer({ claimed: inbound(7) })])).toBe("Match");
  });

  it("finds a match where what was charged is right", () => {
    expect(countFinding([answer({ counts: inbound(100) })])).toBe("Match");
    expect(countFinding([answer({ counts: inbound(120), claimed: inbound(50) })])).toBe("Match");
  });

  it("finds a match where one claim of several is untrue, whatever the others are", () => {
    expect(countFinding([answer(), answer({ claimed: inbound(7) })])).toBe("Match");
    expect(countFinding([answer(), answer()])).toBe("Mismatch");
  });

  it("looks at the other count, too", () => {
    const claimed = { inboundTokens: 100, outboundTokens: 5 };
    expect(countFinding([answer({ claimed, counts: { inboundTokens: 100, outboundTokens: 5 } })])).toBe("Mismatch");
    expect(countFinding([answer({ claimed, counts: { inboundTokens: 100, outboundTokens: 8 } })])).toBe("Match");
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
    const charged = (inboundTokens: bigint) => ({ response: { inboundTokens, outboundTokens: 100n } });
    // A 32nd of 64 is 2.
    expect(countFinding([answer({ ...other, claimed: inbound(59) })])).toBe("Match");
    expect(countFinding([answer({ ...other, claimed: inbound(60) })])).toBe("Insufficient");
    expect(countFinding([answer({ ...other, claimed: inbound(62) })])).toBe("Mismatch");
    // The executor's own version may have counted 66, or 63.
    expect(countFinding([answer({ ...other, ...charged(67n), claimed: inbound(64) })])).toBe("Mismatch");
    expect(countFinding([answer({ ...other, ...charged(66n), claimed: inbound(64) })])).toBe("Insufficient");
    expect(countFinding([answer({ ...other, ...charged(63n), claimed: inbound(60) })])).toBe("Insufficient");
    expect(countFinding([answer({ ...other, ...charged(62n), claimed: inbound(60) })])).toBe("Match");
    expect(countFinding([answer({ ...other, ...charged(66n), claimed: inbound(59) })])).toBe("Match");
  });

  it("convicts by a vocabulary that may not be the right one, and clears nobody by it", () => {
    const named = { canClear: false };
    expect(countFinding([answer(named)])).toBe("Mismatch");
    expect(countFinding([answer({ ...named, counts: inbound(100) })])).toBe("Insufficient");
    expect(countFinding([answer(), answer({ ...named, counts: inbound(100) })])).toBe("Insufficient");
  });

  it("finds a mismatch in whatever is claimed of an answer whose vocabulary is not that of its weights", () => {
    const { counts: _, ...rest } = answer();
    const misnamed = { ...rest, counts: "misnamed" } as const;
    expect(countFinding([misnamed])).toBe("Mismatch");
    expect(countFinding([{ ...misnamed, claimed: inbound(1) }])).toBe("Mismatch");
    expect(countFinding([{ ...misnamed, claimed: inbound(100) }])).toBe("Match");
    // An answer beside it that was charged rightly makes the complaint untrue all the same.
    expect(countFinding([misnamed, answer({ counts: inbound(100) })])).toBe("Match");
  });
});

describe("what a client states by itself", () => {
  const claim = (stated: readonly [bigint, bigint], counts: readonly [number, number]) =>
    certainClaim({
      request: { maxInboundTokens: 1000n, maxOutboundTokens: 1000n },
      response: { inboundTokens: stated[0], outboundTokens: stated[1] },
      counts: { inboundTokens: counts[0], outboundTokens: counts[1] },
    });

  it("is its own count where that is beyond twice what versions may differ by, and else what was charged", () => {
    // 64 may be 66 elsewhere, and 66 there 69.
    expect(claim([70n, 100n], [64, 100])).toEqual({ inboundTokens: 64, outboundTokens: 100 });
    expect(claim([69n, 100n], [64, 100])).toBeUndefined();
    expect(claim([69n, 100n], [64, 10])).toEqual({ inboundTokens: 69, outboundTokens: 10 });
  });

  it("is nothing where too few were charged, or the limit", () => {
    expect(claim([64n, 100n], [70, 100])).toBeUndefined();
    expect(claim([1000n, 100n], [5000, 100])).toBeUndefined();
  });
});

describe("an answer that is counted again by who has the weights", () => {
  const charging = (inboundTokens: bigint, change: Partial<CountedAnswer> = {}) => {
    const { claimed: _, ...counted } = answer(change);
    const { response } = counted;
    return chargedTooMuch({ ...counted, response: { ...response, inboundTokens } });
  };
  const { counts } = answer();

  it("was charged for too much where a juror finds so, with a claim that jurors of every version find true", () => {
    const stated = BigInt(counts.inboundTokens);
    expect(charging(stated)).toBeUndefined();
    expect(charging(stated - 5n)).toBeUndefined();
    // A token by the very version is too much, and too little to claim.
    expect(charging(stated + 1n)).toEqual({});
    expect(charging(stated + 1n, { isSameVersion: false })).toBeUndefined();
    const found = charging(2n * stated, { isSameVersion: false });
    expect(found?.claim?.inboundTokens).toBe(counts.inboundTokens);
    for (const isSameVersion of [true, false]) {
      const claimed = found?.claim ?? counts;
      const judged = { ...answer({ isSameVersion }), claimed };
      const response = { ...judged.response, inboundTokens: 2n * stated };
      expect(countFinding([{ ...judged, response }])).toBe("Mismatch");
    }
  });

  it("was charged for what it never promised to count, where another vocabulary was named", () => {
    const { request, response } = answer();
    const misnamed = { request, response, counts: "misnamed" } as const;
    const found = chargedTooMuch(misnamed);
    expect(found).toEqual({ claim: { inboundTokens: 0, outboundTokens: 0 } });
    expect(countFinding([{ ...misnamed, claimed: found?.claim ?? counts }])).toBe("Mismatch");
    const nothing = { ...response, inboundTokens: 0n, outboundTokens: 0n };
    expect(chargedTooMuch({ ...misnamed, response: nothing })).toBeUndefined();
  });
});

import { describe, expect, it } from "vitest";
import { charged, countsProblem } from "./token-counts.ts";

const request = { maxInboundTokens: 100n, maxOutboundTokens: 64n };
const counts = { inboundTokens: 12, outboundTokens: 40 };
const judge = (inboundTokens: bigint, outboundTokens: bigint, isSameVersion = true, own = counts): string | undefined =>
  countsProblem({ request, response: { inboundTokens, outboundTokens }, counts: own, isSameVersion });

describe("counts of a response", () => {
  it("are right when they are the tokenizer's", () => {
    expect(judge(12n, 40n)).toBeUndefined();
  });

  it("are wrong by a single token, whichever way and wherever", () => {
    expect(judge(13n, 40n)).toBe("The response counts 13 prompt tokens; the model's tokenizer counts 12.");
    expect(judge(12n, 41n)).toBe("The response counts 41 answer tokens; the model's tokenizer counts 40.");
    expect(judge(11n, 40n)).toBeDefined();
    expect(judge(12n, 39n)).toBeDefined();
  });

  it("are cut to what the request allows", () => {
    const own = { inboundTokens: 12, outboundTokens: 65 };
    expect(judge(12n, 64n, true, own)).toBeUndefined();
    expect(judge(12n, 65n, true, own)).toBeDefined();
    expect(charged(65, 64n)).toBe(64n);
    expect(charged(63, 64n)).toBe(63n);
  });

  it("may be a little higher by another version of the tokenizer, and lower as it likes", () => {
    expect(judge(13n, 42n, false)).toBeUndefined();
    expect(judge(14n, 42n, false)).toBeDefined();
    expect(judge(13n, 43n, false)).toBeDefined();
    expect(judge(1n, 1n, false)).toBeUndefined();
    const whole = { inboundTokens: 32, outboundTokens: 40 };
    expect(judge(33n, 40n, false, whole)).toBeUndefined();
    expect(judge(34n, 40n, false, whole)).toBeDefined();
  });
});

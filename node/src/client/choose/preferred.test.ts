import { describe, expect, it } from "vitest";
import { addressOf, candidate, choose, NOW, PROVEN } from "../../../../test/support/candidate.ts";
import { UNKNOWN_HEALTH } from "./executor-health.ts";
import { permitted } from "./preferred.ts";
import { QUANTISATION_WORDS, quantisationOf } from "./quantisation.ts";
import { NO_FORMS, withForms } from "./validity.ts";

const offers = ["F16", "Q4_K_M", undefined].map((precision, index) => candidate({ index }, { precision }));
const left = (preference?: Parameters<typeof permitted>[1]): number[] =>
  permitted(offers, preference).map(({ signed }) => Number(signed.offer.executor));

describe("whom a question lets be asked", () => {
  it.each<readonly [string, Parameters<typeof permitted>[1], readonly number[]]>([
    ["nothing said", undefined, [0, 1, 2]],
    ["nothing named", {}, [0, 1, 2]],
    ["only these", { only: [addressOf(0), addressOf(2)] }, [0, 2]],
    ["nobody", { only: [] }, []],
    ["not these", { ignore: [addressOf(0), addressOf(2)] }, [1]],
    ["only these, and of them not those", { only: [addressOf(1), addressOf(2)], ignore: [addressOf(2)] }, [1]],
    ["first these, then others", { order: [addressOf(2)] }, [0, 1, 2]],
    ["first these, then others, said so", { order: [addressOf(2)], allowFallbacks: true }, [0, 1, 2]],
    ["these and no others", { order: [addressOf(2)], allowFallbacks: false }, [2]],
    ["whoever is first and no others", { allowFallbacks: false }, [0, 1, 2]],
    ["stored so", { quantisations: ["fp16"] }, [0]],
    ["stored so or in a way that has no word", { quantisations: ["int4", "unknown"] }, [1, 2]],
    ["stored so, and only these", { quantisations: ["fp16", "int4"], only: [addressOf(1)] }, [1]],
  ])("%s", (_, preference, indexes) => {
    expect(left(preference)).toEqual(indexes);
  });
});

describe("weights stored so", () => {
  it.each<readonly [string | undefined, string | null]>([
    ["F16", "fp16"],
    ["BF16", "bf16"],
    ["F32", "fp32"],
    ["Q8_0", "int8"],
    ["Q4_K_M", "int4"],
    ...["Q5_K_M", "IQ4_XS", "F16x", "xF16", "BF16x", "xBF16", "F32x", "xF32", "xQ8_0", "xQ4_0", "Q8", "Q4", ""].map(
      (precision) => [precision, null] as const,
    ),
    [undefined, null],
  ])("are called by OpenRouter's word: %s is %s", (precision, word) => {
    expect(quantisationOf(precision)).toBe(word);
  });

  it("are asked for by these words", () => {
    expect([...QUANTISATION_WORDS].sort()).toEqual(["bf16", "fp16", "fp32", "int4", "int8", "unknown"]);
  });
});

describe("a choice by what a question sorts by", () => {
  const fast = (msPerToken: number) => ({ health: { ...UNKNOWN_HEALTH, msPerToken } });
  const soon = (meanMs: number) => ({ health: { ...UNKNOWN_HEALTH, firstToken: { meanMs, strayMs: 1 } } });
  const byPrice = { sort: "price" } as const;

  it("takes the least of it, and the cheaper of two with as little", () => {
    const priced = [90n, 70n, 80n].map((price, index) => candidate({ index, price }));
    expect(choose(priced, byPrice)).toBe(1);
    const timed = [candidate({ index: 0 }, soon(9)), candidate({ index: 1, price: 200n }, soon(5))];
    expect(choose([...timed, candidate({ index: 2 }, soon(5))], { sort: "latency" })).toBe(2);
    const quick = [
      candidate({ index: 0 }, fast(3)),
      candidate({ index: 1 }, fast(2)),
      candidate({ index: 2 }, fast(2)),
    ];
    expect(choose(quick, { sort: "throughput" })).toBe(1);
  });

  it("takes whose answers have the form that was asked for, by exacto, and the cheaper of two with as many", () => {
    const of = (valid: number, invalid: number) => ({ forms: withForms(NO_FORMS, "calls", { valid, invalid }) });
    const some = [
      candidate({ index: 0, price: 1n }, of(50, 9)),
      candidate({ index: 1, price: 90n }, of(200, 0)),
      candidate({ index: 2, price: 80n }, of(100, 0)),
      candidate({ index: 3, price: 1n }),
    ];
    expect(choose(some, { sort: "exacto" })).toBe(2);
    expect(choose([some[0], some[3]] as typeof some, { sort: "exacto" })).toBe(0);
  });

  it("takes the least of what was asked for, whatever else is small", () => {
    const dear = candidate({ index: 0, price: 200n }, { health: { ...soon(5).health, msPerToken: 1 } });
    const cheap = candidate({ index: 1, price: 1n }, { health: { ...soon(9).health, msPerToken: 9 } });
    const sorts = ["price", "latency", "throughput"] as const;
    expect(sorts.map((sort) => choose([dear, cheap], { sort }))).toEqual([1, 0, 0]);
    expect(sorts.map((sort) => choose([cheap, dear], { sort }))).toEqual([1, 0, 0]);
  });

  it("takes who was never measured last, the cheapest of those", () => {
    const some = [
      candidate({ index: 0, price: 9n }),
      candidate({ index: 1, price: 8n }),
      candidate({ index: 2 }, fast(99)),
    ];
    expect(choose(some, { sort: "throughput" })).toBe(2);
    expect(choose(some.slice(0, 2), { sort: "throughput" })).toBe(1);
    expect(choose([...some.slice(0, 2), candidate({ index: 3 }, soon(99))], { sort: "latency" })).toBe(3);
  });

  it("leaves out who is avoided, was found out, or cannot answer, however little it has of it", () => {
    const dear = candidate({ index: 0, price: 100n }, { health: PROVEN });
    const avoided = (avoidUntilMs: number) =>
      candidate({ index: 1, price: 1n }, { health: { ...PROVEN, avoidUntilMs } });
    expect(choose([dear, avoided(NOW + 1)], byPrice)).toBe(0);
    expect(choose([dear, avoided(NOW)], byPrice)).toBe(1);
    expect(choose([dear, candidate({ index: 2, price: 1n }, { hasCheated: true })], byPrice)).toBe(0);
    expect(choose([dear, candidate({ index: 3, price: 1n, maxContext: 8n })], byPrice)).toBe(0);
  });

  it("takes who was heard of lately, and others if there is nobody else", () => {
    const heard = (ago: number, index: number, price: bigint) => candidate({ index, price }, { heardAtMs: NOW - ago });
    const [fresh, stale] = [heard(0, 0, 100n), heard(60_000, 1, 1n)];
    expect(choose([fresh, stale], byPrice)).toBe(0);
    expect(choose([stale, heard(60_000, 2, 2n)], byPrice)).toBe(1);
    expect([9_999, 10_000].map((ago) => choose([fresh, heard(ago, 1, 1n)], byPrice))).toEqual([1, 0]);
    const [swift, cheap] = [
      { ...heard(60_000, 3, 200n), ...soon(5) },
      { ...stale, ...soon(9) },
    ];
    expect(choose([swift, cheap], { sort: "latency" })).toBe(3);
  });

  it("falls back on the usual choice where nobody is left, and says why nobody is", () => {
    const avoided = candidate({ index: 1 }, { health: { ...PROVEN, avoidUntilMs: NOW + 1 } });
    expect(choose([avoided], byPrice)).toBe(1);
    expect(choose([], byPrice)).toBe(choose([]));
  });
});

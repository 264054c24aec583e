import { AbiCoder, keccak256, toUtf8Bytes } from "ethers";
import { describe, expect, it } from "vitest";
import { seeded } from "../test/seeded.ts";
import { canonicalJson, hashContent, hashParams, hashPrompt } from "./canonical.ts";
import type { Hex } from "./commitment-types.ts";
import type { Sampling } from "./messages.ts";

const salt: Hex = `0x${"5a".repeat(32)}`;
const salted = (saltHex: Hex, json: string): string =>
  keccak256(AbiCoder.defaultAbiCoder().encode(["bytes32", "string"], [saltHex, json]));

describe("canonicalJson", () => {
  it("sorts keys by UTF-16 code units at every depth and leaves no space", () => {
    const value = { b: [{ z: 1, a: 2 }], "\u20ac": 1, "\ud83e\uddf6": 2, "\ufb33": 3, a: null, A: true };
    expect(canonicalJson(value)).toBe('{"A":true,"a":null,"b":[{"a":2,"z":1}],"\u20ac":1,"\ud83e\uddf6":2,"\ufb33":3}');
  });

  it("prints the numbers and strings of RFC 8785's example", () => {
    const value = {
      numbers: [Number("333333333.33333329"), 1e30, 4.5, 2e-3, 0.000000000000000000000000001, -0],
      string: "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"/",
      literals: [null, true, false],
    };
    expect(canonicalJson(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27,0],' +
        '"string":"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  it("leaves out what is undefined", () => {
    expect(canonicalJson({ seed: undefined, a: 1 })).toBe('{"a":1}');
  });

  it.each([
    ["NaN", Number.NaN],
    ["infinity", [Number.POSITIVE_INFINITY]],
    ["half a surrogate pair", { text: "\ud83e" }],
    ["half a surrogate pair in a key", { "\uddf6": 1 }],
  ])("refuses %s", (_, value) => {
    expect(() => canonicalJson(value)).toThrow(
      expect.objectContaining({ name: "LloomError", code: "REQUEST_INVALID" }),
    );
  });
});

describe("hashPrompt and hashContent", () => {
  it("hash the salt with the messages' canonical JSON, whatever else or in which order they hold", () => {
    const message = { role: "user", content: 'Say "hi"\n' } as const;
    const json = '[{"content":"Say \\"hi\\"\\n","role":"user"}]';
    expect(hashPrompt(salt, [message])).toBe(salted(salt, json));
    expect(hashPrompt(salt, [{ content: message.content, role: "user", ...{ name: "x" } }])).toBe(salted(salt, json));
  });

  it("hash the answer as the assistant's message", () => {
    expect(hashContent(salt, "hi")).toBe(salted(salt, '{"content":"hi","role":"assistant"}'));
  });

  it("encode every length of text as the ABI does (seed 32)", () => {
    const random = seeded(32);
    for (let length = 0; length < 80; length++) {
      const text = random.text(length);
      expect(hashContent(salt, text)).toBe(salted(salt, JSON.stringify({ content: text, role: "assistant" })));
    }
  });

  it("differ by salt and by order", () => {
    const [first, second] = [{ role: "user", content: "a" } as const, { role: "user", content: "b" } as const];
    expect(hashPrompt(salt, [first, second])).not.toBe(hashPrompt(salt, [second, first]));
    expect(hashPrompt(salt, [first])).not.toBe(hashPrompt(`0x${"5b".repeat(32)}`, [first]));
  });

  it("refuse a salt of another length", () => {
    expect(() => hashContent("0x5a", "hi")).toThrow(expect.objectContaining({ code: "REQUEST_INVALID" }));
  });
});

describe("hashParams", () => {
  const sampling: Sampling = {
    temperatureMilli: 700,
    topPMilli: 950,
    topK: 40,
    seed: 7,
    stop: ["\n"],
    responseFormat: "text",
  };
  const params = { sampling, weightsHash: salt, profileHash: salt, offerHash: salt };

  it("is keccak256 of the canonical JSON", () => {
    const json =
      `{"offerHash":"${salt}","profileHash":"${salt}","sampling":{"responseFormat":"text","seed":7,"stop":["\\n"],` +
      `"temperatureMilli":700,"topK":40,"topPMilli":950},"weightsHash":"${salt}"}`;
    expect(hashParams(params)).toBe(keccak256(toUtf8Bytes(json)));
  });

  it("changes with every parameter", () => {
    const { seed: _, ...unseeded } = sampling;
    const changed: Sampling[] = [
      { ...sampling, temperatureMilli: 701 },
      { ...sampling, topPMilli: 951 },
      { ...sampling, topK: 41 },
      { ...sampling, seed: 8 },
      unseeded,
      { ...sampling, stop: [] },
      { ...sampling, responseFormat: "json" },
    ];
    const other: Hex = `0x${"00".repeat(32)}`;
    const hashes = [
      params,
      ...changed.map((one) => ({ ...params, sampling: one })),
      { ...params, weightsHash: other },
      { ...params, profileHash: other },
      { ...params, offerHash: other },
    ].map(hashParams);
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  it("counts an absent seed and an undefined one alike", () => {
    const { seed: _, ...unseeded } = sampling;
    expect(hashParams({ ...params, sampling: { ...unseeded, seed: undefined } })).toBe(
      hashParams({ ...params, sampling: unseeded }),
    );
  });
});

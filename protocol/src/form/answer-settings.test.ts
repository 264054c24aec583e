import { describe, expect, it } from "vitest";
import { type Sampling, samplingSchema } from "../messages.ts";
import { SETTING_LIMITS, TOOL_NAME } from "./answer-settings.ts";

const PLAIN: Sampling = { temperatureMilli: 0, topPMilli: 1000, topK: 0, stop: [], responseFormat: "text" };
/** What is wrong with settings, first; "" for nothing. */
function problemOf(settings: object): string {
  const parsed = samplingSchema.safeParse({ ...PLAIN, ...settings });
  const [issue] = parsed.error?.issues ?? [];
  return issue === undefined ? "" : `${issue.path.join(".")} ${issue.message}`;
}
const isTaken = (settings: object): boolean => problemOf(settings) === "";
const UINT32 = 2 ** 32 - 1;
const biases = (count: number) => Array.from({ length: count }, (_, token) => [token, 1]);
const use = (fields: object) => ({ toolUse: { choice: "required", most: 1, ...fields } });

describe("a setting of an answer", () => {
  it.each<[string, readonly unknown[], readonly unknown[]]>([
    ["minPMilli", [1, 1000], [0, 1001, 1.5, "1"]],
    ["presencePenaltyMilli", [-2000, -1, 1, 2000], [-2001, 2001, 0, -0, 1.5]],
    ["frequencyPenaltyMilli", [-2000, -1, 1, 2000], [-2001, 2001, 0, -0, 1.5]],
    ["repeatPenaltyMilli", [1, 999, 1001, 10_000], [0, 1000, 10_001, 1.5]],
    [
      "logitBias",
      [
        [[0, 1]],
        [[UINT32, -100_000]],
        [[7, 100_000]],
        biases(SETTING_LIMITS.biases),
        [
          [1, 1],
          [2, 1],
          [9, -1],
        ],
      ],
      [
        ...[[], [[-1, 1]], [[UINT32 + 1, 1]], [[1.5, 1]], [[1, 0]], [[1, -0]], [[1, 100_001]], [[1, -100_001]], [[1]]],
        ...[
          biases(SETTING_LIMITS.biases + 1),
          [
            [2, 1],
            [2, 1],
          ],
          [
            [2, 1],
            [1, 1],
          ],
          [
            [0, 1],
            [0, 1],
          ],
        ],
        [
          [0, 1],
          [5, 1],
          [4, 1],
        ],
      ],
    ],
  ])("%s, at the edges of its range", (name, taken, refused) => {
    for (const value of taken) expect(problemOf({ [name]: value })).toBe("");
    for (const value of refused) expect(problemOf({ [name]: value })).toMatch(new RegExp(`^${name}`));
  });

  it("seedHigh, with the seed whose upper bits it is", () => {
    for (const seedHigh of [1, UINT32]) expect(isTaken({ seed: 0, seedHigh })).toBe(true);
    for (const seedHigh of [0, UINT32 + 1, 1.5]) expect(isTaken({ seed: 0, seedHigh })).toBe(false);
    expect(problemOf({ seedHigh: 1 })).toContain("seedHigh needs seed");
  });

  it("jsonSchema, of so many characters, where the answer is JSON", () => {
    const ofLength = (length: number) => ({ responseFormat: "json", jsonSchema: "x".repeat(length) });
    expect(
      [1, 2, SETTING_LIMITS.schemaCharacters, SETTING_LIMITS.schemaCharacters + 1].map(ofLength).map(isTaken),
    ).toEqual([...[false, true, true, false]]);
    expect(problemOf({ jsonSchema: "{}" })).toContain("response format json");
  });

  it("toolUse, with calls at most, where the answer is text", () => {
    for (const choice of ["auto", "required"]) expect(isTaken(use({ choice }))).toBe(true);
    expect(isTaken(use({ choice: "none" }))).toBe(false);
    const mosts = [0, 1, SETTING_LIMITS.toolCalls, SETTING_LIMITS.toolCalls + 1, 1.5];
    expect(mosts.map((most) => isTaken(use({ most })))).toEqual([false, true, true, false, false]);
    expect(problemOf({ ...use({}), responseFormat: "json" })).toContain("response format text");
  });

  it("toolUse of one function, by its name, which is then required", () => {
    expect(isTaken(use({ name: "f" }))).toBe(true);
    expect(isTaken(use({ name: "f g" }))).toBe(false);
    expect(problemOf(use({ name: "f", choice: "auto" }))).toContain("named function is required");
  });

  it.each([
    ["responseFormat", { responseFormat: "json" }],
    ["seed", { seed: 1 }],
  ])("none besides, as with %s", (_, settings) => {
    expect(isTaken(settings)).toBe(true);
  });
});

describe("a function's name", () => {
  const most = SETTING_LIMITS.toolNameCharacters;
  it("has letters, digits, underscores and dashes, and so many of them", () => {
    for (const name of ["a", "Z", "0", "_", "-", "get_weather-2", "a".repeat(most)])
      expect(TOOL_NAME.test(name)).toBe(true);
    for (const name of ["", "a b", "ä", "a.b", "a\n", " a", "a".repeat(most + 1)])
      expect(TOOL_NAME.test(name)).toBe(false);
  });
});

it("why a value is refused that asks for nothing", () => {
  expect(problemOf({ presencePenaltyMilli: 0 })).toContain("leave it out");
  expect(problemOf({ repeatPenaltyMilli: 1000 })).toContain("leave it out");
  expect(problemOf({ topK: 1, embedding: {} })).toContain("beside nothing that shapes text");
  expect(
    problemOf({
      logitBias: [
        [1, 1],
        [1, 1],
      ],
    }),
  ).toContain("rise");
});

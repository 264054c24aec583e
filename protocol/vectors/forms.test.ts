import { describe, expect, it } from "vitest";
import { formVectors, isTaken } from "./forms.ts";

const { right, wrong, schemas, refusedSchemas, answers } = formVectors();

describe("forms.json", () => {
  it.each(right)("takes $parameters, and tells what an executor has to be able to do", ({ parameters, features }) => {
    expect(isTaken(parameters)).toBe(true);
    expect(features).toHaveLength(1);
  });

  it.each(wrong)("refuses $why", ({ parameters }) => {
    expect(isTaken(parameters)).toBe(false);
  });

  it("refuses what it does not know", () => {
    expect(isTaken({ samplerOfTomorrow: 1 })).toBe(false);
  });

  it("has values that meet each schema, and values that do not, with where", () => {
    for (const { values } of schemas) {
      expect(values.some(({ problem }) => problem === null)).toBe(true);
      expect(values.some(({ problem }) => problem !== null)).toBe(true);
    }
    expect(schemas[1]?.values.map(({ problem }) => problem)).toEqual([null, "name", null, "age", "name", "b"]);
    expect(schemas[3]?.values.map(({ problem }) => problem)).toEqual([null, null, "next.next"]);
  });

  it("refuses what no grammar writes, and what is no schema", () => {
    expect(refusedSchemas.map(({ code }) => code)).toEqual([
      ...["UNSUPPORTED", "UNSUPPORTED", "UNSUPPORTED", "UNSUPPORTED", "UNSUPPORTED", "UNSUPPORTED"],
      ...["REQUEST_INVALID", "REQUEST_INVALID", "REQUEST_INVALID", "REQUEST_INVALID", "REQUEST_INVALID"],
      "REQUEST_INVALID",
    ]);
  });

  it("reads whole calls, and none that is cut off or followed by text", () => {
    expect(answers.map(({ told }) => told?.calls.map(({ name }) => name) ?? null)).toEqual([
      ...[[], ["now"], ["get_weather", "now"]],
      ...[null, null, null],
    ]);
    expect(answers[2]?.told?.content).toBe("Let me see.");
  });
});

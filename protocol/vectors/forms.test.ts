import { describe, expect, it } from "vitest";
import { formVectors, isTaken } from "./forms.ts";

describe("forms.json", () => {
  // Made inside of tests: what runs while a file loads is held against all tests of a mutant.
  it("takes what is right, and tells what an executor has to be able to do", () => {
    for (const { parameters, features } of formVectors().right) {
      expect(isTaken(parameters), JSON.stringify(parameters)).toBe(true);
      expect(features).toHaveLength(parameters.embedding?.dimensions === undefined ? 1 : 2);
    }
  });

  it("refuses what is wrong", () => {
    for (const { why, parameters } of formVectors().wrong) expect(isTaken(parameters), why).toBe(false);
  });

  it("refuses what it does not know", () => {
    expect(isTaken({ samplerOfTomorrow: 1 })).toBe(false);
  });

  it("has values that meet each schema, and values that do not, with where", () => {
    const { schemas } = formVectors();
    for (const { values } of schemas) {
      expect(values.some(({ problem }) => problem === null)).toBe(true);
      expect(values.some(({ problem }) => problem !== null)).toBe(true);
    }
    expect(schemas[1]?.values.map(({ problem }) => problem)).toEqual([null, "name", null, "age", "name", "b"]);
    expect(schemas[3]?.values.map(({ problem }) => problem)).toEqual([null, null, "next.next"]);
  });

  it("refuses what no grammar writes, and what is no schema", () => {
    const codes = formVectors().refusedSchemas.map(({ code }) => code);
    expect(codes).toEqual([...Array(8).fill("UNSUPPORTED"), ...Array(8).fill("REQUEST_INVALID")]);
  });

  it("reads whole calls, and none that is cut off or followed by text", () => {
    const { answers } = formVectors();
    expect(answers.map(({ told }) => told?.calls.map(({ name }) => name) ?? null)).toEqual([
      ...[[], ["now"], ["get_weather", "now"]],
      ...[null, null, null],
    ]);
    expect(answers[2]?.told?.content).toBe("Let me see.");
  });
});

import { readFileSync } from "node:fs";
import { buildSchema, parse, validate } from "graphql";
import { expect, test } from "vitest";
import { type FigureSource, figuresOf, queryOf, sumOfDays, sumOfHours } from "./figure-sources.ts";

const schema = buildSchema(readFileSync(new URL("../../indexer/schema.graphql", import.meta.url), "utf8"));
const TABLES = ["network", "executor", "client", "model", "validator", "settlement"] as const;

test.each(TABLES)("every figure of %s has a query that the index answers", (table) => {
  for (const source of Object.values<FigureSource>(figuresOf(table, "0x12")))
    expect([queryOf(source), validate(schema, parse(queryOf(source)))]).toEqual([queryOf(source), []]);
});

test("a figure's query asks for what its formula is made of, each once", () => {
  expect(queryOf(figuresOf("executor", "0x12").earned)).toBe(
    '{ executor(address: "0x12") { paid tailHeld tailRefunded earned } }',
  );
});

test("a sum over days or hours has a query that the index answers", () => {
  const sources = [sumOfDays("Σ auditsPassed + Σ auditsFailed", 86_400), sumOfHours("Σ paid", 3_600)];
  expect(sources.map((source) => validate(schema, parse(queryOf(source))))).toEqual([[], []]);
  expect(queryOf(sources[0] as FigureSource)).toBe(
    "{ networkDays(where: { day_gte: 86400 }, limit: 100) { items { auditsPassed auditsFailed } } }",
  );
});

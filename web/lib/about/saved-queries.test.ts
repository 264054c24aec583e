import { readFileSync } from "node:fs";
import { REPUTATION } from "@lloom/protocol/reputation/parameters";
import { buildSchema, parse, validate } from "graphql";
import { expect, test } from "vitest";
import { CHOICE_PARAMETERS, CONTRACT_PARAMETERS, REPUTATION_PARAMETERS } from "./parameters.ts";
import { SAVED_QUERIES, variablesOf } from "./saved-queries.ts";

const schema = buildSchema(readFileSync(new URL("../../../indexer/schema.graphql", import.meta.url), "utf8"));

test.each(SAVED_QUERIES)("$title: fits the schema, with all its variables", (query) => {
  expect(validate(schema, parse(query.text))).toEqual([]);
  const wanted = [...query.text.matchAll(/\$(\w+):/g)].map(([, name]) => name);
  expect(Object.keys(variablesOf(query, { model: "0x12", client: "0x34" }))).toEqual(wanted);
});

test("there are ten of them", () => expect(SAVED_QUERIES).toHaveLength(10));

test("every number of a formula is told, with what it means", () => {
  expect(REPUTATION_PARAMETERS.map(({ name }) => name).sort()).toEqual(Object.keys(REPUTATION).sort());
  const all = [...REPUTATION_PARAMETERS, ...CHOICE_PARAMETERS, ...CONTRACT_PARAMETERS];
  expect(all.filter(({ value, meaning }) => value === "" || meaning === "")).toEqual([]);
  expect(all).toContainEqual(expect.objectContaining({ name: "halfLifeSeconds", value: "1,209,600" }));
  expect(all).toContainEqual(expect.objectContaining({ name: "SETTLE_WINDOW", value: "1 d" }));
});

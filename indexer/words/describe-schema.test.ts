import { readFileSync } from "node:fs";
import { buildSchema, isEnumType, isInputObjectType, isObjectType } from "graphql";
import { expect, test } from "vitest";

const schema = buildSchema(readFileSync(new URL("../schema.graphql", import.meta.url), "utf8"));
const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith("__"));

test("every table, column, relation and argument has words of its own", () => {
  const silent: string[] = [];
  for (const type of types) {
    if (isEnumType(type) && !type.description) silent.push(type.name);
    if (!isObjectType(type) && !isInputObjectType(type)) continue;
    if (!type.description) silent.push(type.name);
    // Conditions are told by their type.
    if (isInputObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      if (!field.description) silent.push(`${type.name}.${field.name}`);
      for (const argument of field.args)
        if (!argument.description) silent.push(`${type.name}.${field.name}(${argument.name})`);
    }
  }
  expect(silent).toEqual([]);
});

test("conditions are told by their type, a relation by its table, a column as its table means it", () => {
  const wordsOf = (type: string, field: string) => {
    const found = schema.getType(type);
    return isObjectType(found) && found.getFields()[field]?.description;
  };
  expect(schema.getType("settlementFilter")?.description).toMatch(/rows of settlement: .*_not_in/);
  expect(wordsOf("settlement", "client")).toMatch(/row of client/);
  expect(wordsOf("tail", "refunded")).toBe("Back with the client, by any dispute.");
});

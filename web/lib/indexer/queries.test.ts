// Every query of the explorer against the schema that the indexer serves: npm run generate writes it, npm run check compares.
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  buildSchema,
  type GraphQLOutputType,
  getNamedType,
  isEnumType,
  isListType,
  isNonNullType,
  Kind,
  parse,
  type SelectionSetNode,
  TypeInfo,
  validate,
  visit,
  visitWithTypeInfo,
} from "graphql";
import { describe, expect, it } from "vitest";
import { seeded } from "../../../protocol/test/seeded.ts";
import type { Query } from "../query.ts";
import * as accounts from "./accounts.ts";
import * as addresses from "./addresses.ts";
import * as blocks from "./blocks.ts";
import * as cards from "./cards.ts";
import * as chain from "./chain.ts";
import * as disputes from "./disputes.ts";
import * as examples from "./examples.ts";
import * as feeds from "./feeds.ts";
import * as lists from "./lists.ts";
import * as lookup from "./lookup.ts";
import * as models from "./models.ts";
import * as overview from "./overview.ts";
import * as purse from "./purse.ts";
import * as receipts from "./receipts.ts";
import * as settlements from "./settlements.ts";
import * as standings from "./standings.ts";
import * as wallets from "./wallets.ts";

const schema = buildSchema(readFileSync(new URL("../../../indexer/schema.graphql", import.meta.url), "utf8"));

const isQuery = (value: unknown): value is Query<never, unknown> =>
  typeof value === "object" && value !== null && "document" in value && "read" in value;

const queries = [
  accounts,
  addresses,
  blocks,
  cards,
  chain,
  disputes,
  examples,
  feeds,
  lists,
  lookup,
  models,
  overview,
  purse,
  receipts,
  settlements,
  standings,
  wallets,
]
  .flatMap((module) => Object.entries<unknown>(module))
  .filter((entry): entry is [string, Query<never, unknown>] => isQuery(entry[1]));

/** What the indexer keeps of the chain it reads: JSON, of which the schema says nothing. */
const STATUS = { lloom: { id: 31_337, block: { number: 7, timestamp: 1_893_456_000 } } };

/** Builds answers of every form that the schema allows: what may be null is null now and then, lists are short or empty. */
function answerTo(document: string, random: ReturnType<typeof seeded>): Readonly<Record<string, unknown>> {
  const typeInfo = new TypeInfo(schema);
  const types = new Map<object, GraphQLOutputType>();
  const tree = parse(document);
  visit(
    tree,
    visitWithTypeInfo(typeInfo, {
      Field(node) {
        const type = typeInfo.getType();
        if (type) types.set(node, type);
      },
    }),
  );
  const anyOf = (type: GraphQLOutputType, inner: SelectionSetNode | undefined): unknown => {
    if (isNonNullType(type)) return present(type.ofType, inner);
    // Pages of a row's relations are declared as if they could be missing; without an error none is.
    if (getNamedType(type).name.endsWith("Page")) return present(type, inner);
    return random.below(4) === 0 ? null : present(type, inner);
  };
  const present = (type: GraphQLOutputType, inner: SelectionSetNode | undefined): unknown => {
    if (isListType(type)) return Array.from({ length: random.below(3) }, () => anyOf(type.ofType, inner));
    if (inner !== undefined) return record(inner);
    const named = getNamedType(type);
    if (isEnumType(named)) return named.getValues()[random.below(named.getValues().length)]?.name;
    const scalars: Readonly<Record<string, () => unknown>> = {
      String: () => random.hash(),
      BigInt: () => random.uint(96).toString(),
      Int: () => random.below(2 ** 31),
      // Times: whole seconds, also after 2038.
      Float: () => 2 ** 31 + random.below(2 ** 31),
      Boolean: () => random.below(2) === 1,
      JSON: () => STATUS,
    };
    return scalars[named.name]?.();
  };
  const record = ({ selections }: SelectionSetNode): Record<string, unknown> =>
    Object.fromEntries(
      selections.flatMap((node) => {
        const type = types.get(node);
        if (node.kind !== Kind.FIELD || type === undefined) return [];
        return [[node.alias?.value ?? node.name.value, anyOf(type, node.selectionSet)]];
      }),
    );
  const [operation] = tree.definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new TypeError("A query has one operation.");
  return record(operation.selectionSet);
}

describe("queries of the explorer", () => {
  it("are all looked at", () => {
    const files = globSync("*.ts", { cwd: import.meta.dirname, exclude: ["*.test.ts"] });
    const defined = files.flatMap((file) => {
      const text = readFileSync(join(import.meta.dirname, file), "utf8");
      return [...text.matchAll(/^export const (\w+) = define(?:Query|List)\(/gm)].map(([, name]) => name);
    });
    expect(queries.map(([name]) => name).sort()).toEqual(defined.sort());
  });

  it.each(queries)("%s fits the schema", (_, { document }) => {
    expect(validate(schema, parse(document)).map(({ message }) => message)).toEqual([]);
  });

  it.each(queries)("%s reads every answer that the schema allows (seed 91)", (_, { document, read }) => {
    const random = seeded(91);
    for (let round = 0; round < 100; round++) {
      const data = answerTo(document, random);
      const meta = "_meta" in data ? { ...data, _meta: { status: STATUS } } : data;
      expect(() => read(meta), JSON.stringify(meta)).not.toThrow();
    }
  });
});

import { createRequire } from "node:module";
import type { GraphQLSchema } from "graphql";
import * as schema from "./ponder.schema.ts";
import { describeSchema } from "./words/describe-schema.ts";

const ponder = import.meta.resolve("ponder");

/**
 * Text of the GraphQL schema that the indexer serves. Ponder exports only the endpoint, which needs a running indexer; the
 * function behind it needs the tables alone. Its own version of `graphql` prints what it made.
 */
export async function graphqlSchemaText(): Promise<string> {
  const { buildGraphQLSchema } = (await import(new URL("graphql/index.js", ponder).href)) as {
    readonly buildGraphQLSchema: (tables: { readonly schema: object }) => GraphQLSchema;
  };
  const { printSchema } = createRequire(ponder)("graphql") as {
    readonly printSchema: (schema: GraphQLSchema) => string;
  };
  const served = buildGraphQLSchema({ schema });
  describeSchema(served);
  return `${printSchema(served)}\n`;
}

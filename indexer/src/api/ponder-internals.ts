import { createRequire } from "node:module";
import type { db } from "ponder:api";
import { LloomError } from "@lloom/protocol/lloom-error";
import type { GraphQLSchema, parse, specifiedRules } from "graphql";

/*
 * What this API needs of Ponder and Ponder does not export, in one place. All of it is looked for at the start: a version of
 * Ponder that moved any of it is found out then, and not by a wrong answer later.
 */

/** Tables as queries read them. */
export type Tables = typeof db;

/** Ponder's query builder: `raw` reads without a word about it, `transaction` runs what it is given in a transaction. */
export interface QueryBuilder {
  readonly $dialect: "postgres" | "pglite";
  readonly raw: Tables;
  /** What Drizzle keeps to itself: runs a text that no builder made. */
  readonly _: {
    readonly session: { readonly prepareQuery: (query: ClientQuery, ...more: readonly unknown[]) => Prepared };
  };
  transaction: (...given: readonly unknown[]) => Promise<unknown>;
}

interface Prepared {
  readonly execute: () => Promise<{ readonly rows: readonly Readonly<Record<string, unknown>>[] }>;
}

interface Database {
  /** For what the API reads. */
  readonly readonlyQB: QueryBuilder;
  /** For what indexing writes. On the built-in database its transactions are none: each statement stands for itself. */
  readonly userQB: QueryBuilder;
}

/** The version of `graphql` that made the schema: another one would not know its types. */
interface GraphqlLibrary {
  readonly parse: typeof parse;
  readonly validate: (schema: GraphQLSchema, document: unknown, rules?: typeof specifiedRules) => readonly Failure[];
  readonly execute: (request: object) => Promise<Outcome> | Outcome;
}

/** An error of GraphQL's executor, with more than `message` as JSON. */
export interface Failure {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly locations?: unknown;
}

/** What GraphQL's executor answers. */
export interface Outcome {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly Failure[];
}

/** Loads past the bundler that runs this file, so that what comes is what Ponder itself has loaded. */
const load = createRequire(new URL("../../../node_modules/ponder/dist/esm/", import.meta.url)) as (
  file: string,
) => Readonly<Record<string, unknown>>;

function found<T>(name: string, value: unknown): T {
  if (value === undefined) {
    throw new LloomError("INTERNAL", `This version of Ponder has no ${name}, which the API needs.`, {
      next: "Install the version of Ponder that indexer/package.json names.",
    });
  }
  return value as T;
}

const [graphqlFile, checkpointFile, parserFile] = [
  load("./graphql/index.js"),
  load("./utils/checkpoint.js"),
  load("./utils/sql-parse.js"),
];

/** The schema of all tables, with what reads them. */
export const buildGraphQLSchema = found<(given: { readonly schema: object }) => GraphQLSchema>(
  "buildGraphQLSchema",
  graphqlFile["buildGraphQLSchema"],
);

/** Loaders of single rows for one request. */
export const buildDataLoaderCache = found<(reader: QueryBuilder) => unknown>(
  "buildDataLoaderCache",
  graphqlFile["buildDataLoaderCache"],
);

/** Reads the digits in which Ponder keeps how far it is. */
export const decodeCheckpoint = found<(digits: string) => { blockTimestamp: bigint; blockNumber: bigint }>(
  "decodeCheckpoint",
  checkpointFile["decodeCheckpoint"],
);

export const graphqlLibrary = load("graphql") as unknown as GraphqlLibrary;

/** Throws for what is no single reading statement. */
export const validateAllowableSQLQuery = found<(sql: string) => Promise<void>>(
  "validateAllowableSQLQuery",
  parserFile["validateAllowableSQLQuery"],
);

/** SQL as `@ponder/client` sends it. */
export interface ClientQuery {
  readonly sql: string;
  readonly params: readonly unknown[];
}

/** Reads what `@ponder/client` sends. */
export const superjson = found<{ readonly parse: (text: string) => ClientQuery }>(
  "superjson",
  load("superjson")["default"],
);

/** The database that Ponder opened. */
export const database = found<Database>("PONDER_DATABASE", Reflect.get(globalThis, "PONDER_DATABASE"));

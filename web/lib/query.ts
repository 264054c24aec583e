import { TOKEN } from "./rows.ts";
import { selection } from "./shapes.ts";

/** Types of variables by their names in the indexer's schema; what may be left out may be undefined. */
interface VariableTypes {
  readonly "String!": string;
  readonly String: string | undefined;
  readonly BigInt: string;
  readonly Int: number | undefined;
  readonly Float: number | undefined;
  readonly executorFilter: Filter;
  readonly clientFilter: Filter;
  readonly modelFilter: Filter;
  readonly validatorFilter: Filter;
  readonly settlementFilter: Filter;
  readonly disputeFilter: Filter;
  readonly "[String]": readonly string[];
}
type Filter = Readonly<Record<string, unknown>>;

/** Variables of a query: name and type. */
export type Takes = Readonly<Record<string, keyof VariableTypes>>;
/** Values of variables. */
export type VariablesOf<T extends Takes> = { readonly [Name in keyof T]: VariableTypes[T[Name]] };

/** What a GraphQL answer holds under `data`. */
export type Data = Readonly<Record<string, unknown>>;

/** A GraphQL document with the types of what it takes and of what its answer is read as. */
export interface Query<Variables, T> {
  readonly document: string;
  /** Throws LloomError INDEXER_ANSWER_INVALID for data that is not of the schema's form. */
  readonly read: (data: Data) => T;
  /** Nothing at run time: it keeps the type of the variables. */
  readonly variables?: Variables;
}

/** Asked along with everything: how amounts are written, and the chain's clock. */
const ALONG = `_meta { status } token: network(id: "lloom") { ${selection(TOKEN)} }`;

/** A query with its variables declared. The tests hold each one against the schema that the indexer serves. */
export function defineQuery<const T extends Takes, Result>({
  takes,
  fields,
  read,
}: {
  readonly takes: T;
  readonly fields: string;
  readonly read: (data: Data) => Result;
}): Query<VariablesOf<T>, Result> {
  const declared = Object.entries(takes).map(([name, type]) => `$${name}: ${type}`);
  const head = declared.length === 0 ? "query" : `query (${declared.join(", ")})`;
  return { document: `${head} { ${fields} ${ALONG} }`, read };
}

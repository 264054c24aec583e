import type { GraphQLSchema } from "graphql";
import { columnWords } from "./column-words.ts";
import { TABLE_WORDS } from "./tables.ts";

/** What is used of a type, whichever version of `graphql` made it. */
interface Described {
  description?: string | null | undefined;
}

interface Field extends Described {
  readonly name: string;
  readonly type: unknown;
  readonly args?: readonly (Described & { readonly name: string })[];
}

interface Type extends Described {
  readonly name: string;
  readonly getFields?: () => Readonly<Record<string, Field>>;
  readonly getValues?: () => readonly unknown[];
}

const ARGUMENTS: Readonly<Record<string, string>> = {
  where: "Which rows: all conditions together.",
  orderBy: "The column to sort by; the key unless given.",
  orderDirection: "asc or desc; asc unless given.",
  before: "startCursor of the page after, in the same order.",
  after: "endCursor of the page before, in the same order.",
  limit: "Rows of the page, 1 to 1000; 50 unless given.",
  offset: "Rows to pass over; they count as read. Better: after.",
};

const PAGE: Readonly<Record<string, string>> = {
  items: "The rows.",
  pageInfo: "Where the page begins and ends.",
  totalCount: "How many rows the conditions leave, on all pages.",
};

const PAGE_INFO: Readonly<Record<string, string>> = {
  hasNextPage: "Whether rows follow.",
  hasPreviousPage: "Whether rows come before.",
  startCursor: "For before.",
  endCursor: "For after.",
};

/** How conditions are named. Each of them by itself would say it six thousand times. */
const CONDITIONS =
  "a column's name alone is equality; with _not it is none; _in and _not_in take a list; _gt, _lt, _gte and _lte compare; _contains, " +
  "_starts_with and _ends_with look into text, with _not before them too; _has and _not_has look into lists. AND and OR take conditions.";

/** Gives every type, field and argument of the served schema its words. Changes the schema. */
export function describeSchema(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap()) as unknown as Type[]) {
    if (type.name.startsWith("__")) continue;
    type.description ??= typeWords(type);
    for (const field of Object.values(type.getFields?.() ?? {})) {
      field.description ??= fieldWords(type.name, field);
      for (const argument of field.args ?? [])
        argument.description ??= ARGUMENTS[argument.name] ?? columnWords(named(field.type), argument.name);
    }
  }
}

/** The type's name without its brackets and marks. */
const named = (type: unknown): string => String(type).replace(/[[\]!]/g, "");

function typeWords({ name, getValues }: Type): string | undefined {
  if (TABLE_WORDS[name] !== undefined) return TABLE_WORDS[name];
  if (name.endsWith("Filter")) return `Conditions on rows of ${name.slice(0, -"Filter".length)}: ${CONDITIONS}`;
  if (name.endsWith("PageInfo")) return "Where a page begins and ends.";
  if (name.endsWith("Page")) return `A page of ${name.slice(0, -"Page".length)} rows.`;
  if (name === "Query") return "Every table, row by row and page by page; all of an answer is of one block.";
  if (name === "Meta") return "How far the index is.";
  if (name === "BigInt") return "A whole number as decimal text, since it may not fit a JSON number.";
  return getValues === undefined ? undefined : "Names as the contracts have them; UNKNOWN for what a newer one gives.";
}

function fieldWords(type: string, { name, type: of }: Field): string | undefined {
  const table = named(of).replace(/Page$/, "");
  if (type.endsWith("Filter")) return undefined;
  if (type.endsWith("PageInfo")) return PAGE_INFO[name];
  if (type.endsWith("Page")) return PAGE[name];
  if (name === "_meta") return "How far the index is.";
  if (type === "Meta") return "Newest indexed block of each chain, with its time.";
  const rows = TABLE_WORDS[table];
  if (rows === undefined) return columnWords(type, name);
  if (named(of).endsWith("Page")) return type === "Query" ? `Many: ${rows}` : `Its rows of ${table}: ${rows}`;
  return type === "Query" ? `One by its key: ${rows}` : `The row of ${table} behind the key; null where there is none.`;
}

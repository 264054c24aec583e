import { LloomError } from "@lloom/protocol/lloom-error";
import type { GraphQLSchema } from "graphql";
import { fieldsOfPages, type PageField } from "./page-fields.ts";

/** Arguments of a page that say where it begins. */
interface PageArguments {
  readonly orderBy?: string | null;
  readonly orderDirection?: string | null;
  readonly after?: string | null;
  readonly before?: string | null;
}

interface Page {
  readonly pageInfo: Readonly<Record<string, unknown>>;
}

type Resolve = (parent: unknown, given: PageArguments, ...more: unknown[]) => Promise<Page>;

/**
 * Ponder's cursors hold the values of a row, and one of another order finds an empty page without a word. Here each begins with its list
 * and order (`executorPage.paid.desc.` and Ponder's own), and is refused anywhere else. Changes the schema's functions.
 */
export function bindCursors(schema: GraphQLSchema): void {
  for (const { page, field } of fieldsOfPages(schema)) field.resolve = bound(page, field);
}

function bound(page: string, { resolve }: PageField): PageField["resolve"] {
  const read = resolve as Resolve | undefined;
  if (read === undefined) return undefined;
  const bounded: Resolve = async (parent, given, ...more) => {
    const label = `${page}.${given.orderBy ?? ""}.${given.orderDirection ?? "asc"}.`;
    const inner = (cursor: string) => {
      if (!cursor.startsWith(label)) throw new LloomError("REQUEST_INVALID", "The cursor is of another list or order.");
      return cursor.slice(label.length);
    };
    const cursors = {
      ...(typeof given.after === "string" && { after: inner(given.after) }),
      ...(typeof given.before === "string" && { before: inner(given.before) }),
    };
    const found = await read(parent, { ...given, ...cursors }, ...more);
    return { ...found, pageInfo: labelled(found.pageInfo, label) };
  };
  return bounded;
}

function labelled(info: Page["pageInfo"], label: string): Page["pageInfo"] {
  const entries = Object.entries(info);
  return Object.fromEntries(entries.map(([name, value]) => [name, typeof value === "string" ? label + value : value]));
}

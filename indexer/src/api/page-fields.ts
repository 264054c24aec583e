import type { GraphQLSchema } from "graphql";

/** What is used of a type, whichever version of `graphql` made it. */
interface FieldsOf {
  readonly getFields?: () => Readonly<Record<string, PageField>>;
}

/** A field with the function that reads it. */
export interface PageField {
  readonly type: unknown;
  resolve?: ((...given: never[]) => unknown) | undefined;
}

/** A field's name with what it is. */
export interface NamedField {
  readonly name: string;
  readonly page: string;
  readonly field: PageField;
}

/** Every field whose value is a page of rows, with the name of the page's type. */
export function fieldsOfPages(schema: GraphQLSchema): readonly NamedField[] {
  const types = Object.entries(schema.getTypeMap()) as [string, FieldsOf][];
  return types
    .filter(([type]) => !type.startsWith("__"))
    .flatMap(([, type]) => Object.entries(type.getFields?.() ?? {}))
    .flatMap(([name, field]) => {
      const page = String(field.type).replace("!", "");
      return page.endsWith("Page") ? [{ name, page, field }] : [];
    });
}

/** Names of the fields whose value is a page of rows. */
export const pageFields = (schema: GraphQLSchema): ReadonlySet<string> =>
  new Set(fieldsOfPages(schema).map(({ name }) => name));

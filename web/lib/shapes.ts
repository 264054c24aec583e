import { list, type Reader, record, text, whole } from "./readers.ts";

/**
 * Columns of a row with their readers. From a shape come the GraphQL selection, the check of what arrives, and the type.
 */
export type RowShape = Readonly<Record<string, Reader<unknown>>>;
export type Row<S extends RowShape> = { readonly [K in keyof S]: ReturnType<S[K]> };

/** The GraphQL selection of a shape. */
export const selection = (shape: RowShape): string => Object.keys(shape).join(" ");

/** One row of a shape. */
export function readRow<S extends RowShape>(shape: S, value: unknown, path: string): Row<S> {
  const source = record(value, path);
  const entries = Object.entries(shape).map(([name, reader]) => [name, reader(source[name], `${path}.${name}`)]);
  // Every key of the shape was read by its own reader, which is what Row<S> says.
  return Object.fromEntries(entries) as Row<S>;
}

/** A row that may be missing. */
export const readRowOrNull = <S extends RowShape>(shape: S, value: unknown, path: string): Row<S> | undefined =>
  value === null || value === undefined ? undefined : readRow(shape, value, path);

/** The rows of a list without its page information. */
export const readItems = <S extends RowShape>(shape: S, value: unknown, path: string): readonly Row<S>[] =>
  list(record(value, path)["items"], `${path}.items`).map((item, index) =>
    readRow(shape, item, `${path}.items[${index}]`),
  );

/** One page of a list, with what is needed to turn to the next. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly totalCount: number;
  /** Cursor for `before`, undefined on the first page. */
  readonly previous: string | undefined;
  /** Cursor for `after`, undefined on the last page. */
  readonly next: string | undefined;
}

export function readPage<S extends RowShape>(shape: S, value: unknown, path: string): Page<Row<S>> {
  const source = record(value, path);
  const info = record(source["pageInfo"], `${path}.pageInfo`);
  const cursor = (has: string, name: string) =>
    info[has] === true && info[name] !== null ? text(info[name], `${path}.pageInfo.${name}`) : undefined;
  return {
    items: readItems(shape, value, path),
    totalCount: whole(source["totalCount"], `${path}.totalCount`),
    previous: cursor("hasPreviousPage", "startCursor"),
    next: cursor("hasNextPage", "endCursor"),
  };
}

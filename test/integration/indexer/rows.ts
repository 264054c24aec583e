export type Row = Readonly<Record<string, string | number | boolean | null>>;
export type Named = Readonly<Record<string, unknown>>;
export interface Tables {
  readonly network: Row;
  readonly [plural: string]: { readonly items: readonly Row[] } | Row;
}

export const rowsOf = (tables: Tables, name: string): readonly Row[] =>
  (tables[name] as { items: readonly Row[] }).items;

export const sum = (rows: readonly Row[], column: string): bigint =>
  rows.reduce((all, row) => all + BigInt(String(row[column])), 0n);

export const text = (value: unknown): string => String(value);

/** Values as text; null as the contract has it. */
export const texts = (named: Named, whenNull: unknown = null): Record<string, string> =>
  Object.fromEntries(Object.entries(named).map(([name, value]) => [name, text(value ?? whenNull)]));

/** A name of a contract's enum as the tables have it. */
export const nameOf = (names: readonly string[], value: unknown): string =>
  (names[Number(value)] ?? "Unknown").replace(/(?<!^)[A-Z]/g, "_$&").toUpperCase();

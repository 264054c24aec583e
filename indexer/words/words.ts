/** What a column says, by its name; the same in every table that has it. */
export type ColumnWords = Readonly<Record<string, string>>;

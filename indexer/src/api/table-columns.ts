import type { PgColumn } from "ponder";

/** A table's columns under the names that GraphQL and rows have them by; none for what is no table. */
export function columnsOf(table: object): [string, PgColumn][] {
  const members: [string, unknown][] = Object.entries(table);
  return members.flatMap(([name, member]) => (isColumn(member) ? [[name, member]] : []));
}

/** A table's or column's name as SQL has it: `metadataURI` is `metadata_uri`. Ponder names them by the same rule. */
export const sqlName = (name: string): string =>
  (name.match(/[\da-z]+|[A-Z]+(?![a-z])|[A-Z][\da-z]+/g) ?? []).map((word) => word.toLowerCase()).join("_");

const isColumn = (member: unknown): member is PgColumn =>
  typeof member === "object" && member !== null && "columnType" in member;

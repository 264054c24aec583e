import type { OwnPostgres } from "../../support/postgres.ts";

/**
 * Makes the table of settlements have so many rows, copies of those that are there with other places, times and hashes. They are put there
 * past the index: sums and other tables know nothing of them. For measuring queries only.
 */
export function moreSettlements(postgres: OwnPostgres, schema: string, rows: number): void {
  const table = `"${schema}".settlement`;
  const columns = postgres
    .sql(`select column_name from information_schema.columns where table_schema = '${schema}' and table_name = 'settlement'
      order by ordinal_position`)
    .trim()
    .split("\n");
  const replaced: Readonly<Record<string, string>> = {
    id: "lpad((copy)::text, 10, '0') || substr(s.id, 11)",
    timestamp: "s.timestamp - copy * 600",
    request_hash: "'0x' || md5(s.id || copy) || md5(copy || s.id)",
    response_hash: "'0x' || md5(copy || s.id) || md5(s.id || copy)",
    transaction_hash: "'0x' || md5(s.transaction_hash || copy) || md5(copy || s.transaction_hash)",
  };
  const values = columns.map((column) => replaced[column] ?? `s."${column}"`);
  const names = columns.map((column) => `"${column}"`).join(", ");
  const before = Number(postgres.sql(`select count(*) from ${table}`));
  const copies = Math.ceil(rows / Math.max(before, 1)) - 1;
  // As a replica: the index's triggers, which note what a reorganisation would take back, do not run.
  postgres.sql(`set session_replication_role = replica;
    insert into ${table} (${names}) select ${values.join(", ")}
      from ${table} s cross join generate_series(1, ${copies}) copy limit ${Math.max(0, rows - before)};`);
  postgres.sql("vacuum analyze");
}

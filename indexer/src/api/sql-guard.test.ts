import { expect, test } from "vitest";
import { sqlOf } from "./sql-envelope.ts";
import { sqlProblem } from "./sql-guard.ts";
import { sqlName } from "./table-columns.ts";

const NAMES = new Set(["settlement", "executor", "paid", "executor_address", "timestamp"]);
const problemOf = (query: string) => sqlProblem(query, NAMES);

test.each([
  "select sum(paid) from settlement where executor_address = $1 group by executor_address order by 1 desc limit 10",
  `with "top" as (select "executor_address", sum("paid") as "total" from "settlement" group by 1) select * from "top"`,
  `select "a"."paid"::text from "settlement" as "a" left join lateral (select json_build_array("b"."paid") as "data" from "executor" "b" where "b"."paid" > $1) "c" on true`,
  "select paid from settlement where executor_address in ('it''s', 'drop \"table\" x')",
])("lets a reading query through: %s", (query) => {
  expect(problemOf(query)).toBeUndefined();
});

test.each([
  ["", "begin with SELECT"],
  ["delete from settlement", "begin with SELECT"],
  ["with x as (delete from settlement returning paid) select * from settlement", '"x"'],
  [`with "x" as (delete from settlement returning paid) select paid from "x"`, '"delete"'],
  [`select paid into "copy" from settlement`, '"into"'],
  ["select paid from settlement for update", '"for"'],
  ["select pg_sleep(100)", '"pg_sleep"'],
  ['select "lo_import"(100)', "called as a function"],
  ['select "lo_import" (100)', "called as a function"],
  [`select query_to_xml('delete from settlement', true, true, '')`, '"query_to_xml"'],
  ["select set_config('transaction_read_only', 'off', false)", '"set_config"'],
  ['select * from "pg_catalog"."pg_authid"', "tables of the index only"],
  ['select * from "information_schema"."tables"', "tables of the index only"],
  ['select * from "ponder_sync"."blocks"', "tables of the index only"],
  ['select * from "_ponder_meta"', "tables of the index only"],
  ['select 1 as "x" from "_reorg__settlement"', "tables of the index only"],
  ["select * from pg_authid", '"pg_authid"'],
  ["select 1; delete from settlement", "semicolons"],
  ["select 1 /* x */", "comments"],
  ["select 1 -- x", "comments"],
  ["select $$x$$", "dollar quotes"],
  ["select E'\\\\' || (delete", "backslashes"],
  [`select U&"pg_sleep"(1)`, "ampersands"],
  ["select 'x", "not closed"],
  ['select "x', "not closed"],
  ["with recursive paid as (select 1 union all select 1 from paid) select * from paid", '"recursive"'],
  [`select "a'" from (delete from settlement returning paid) "'b"`, '"delete"'],
  [`select '"' || (delete from settlement) || '"'`, '"delete"'],
])("refuses %s", (query, why) => {
  expect(problemOf(query)).toContain(why);
});

test("refuses a query of more than 5000 characters", () => {
  expect(problemOf(`select ${"1,".repeat(2_500)}1`)).toContain("5000 characters");
});

test("names tables and columns as SQL does", () => {
  expect(["settlement", "clientMovement", "metadataURI", "networkDay"].map(sqlName)).toEqual([
    "settlement",
    "client_movement",
    "metadata_uri",
    "network_day",
  ]);
});

test("reads the query out of an envelope only if nothing puts another in its place", () => {
  const json = { sql: "select 1", params: ["delete from settlement"], typings: ["none"] };
  expect(sqlOf(JSON.stringify({ json }))).toBe("select 1");
  expect(sqlOf(JSON.stringify({ json, meta: { values: { "params.0": ["bigint"] } } }))).toBe("select 1");
  expect(sqlOf(JSON.stringify({ json, meta: { referentialEqualities: { "params.0": ["sql"] } } }))).toBeUndefined();
  expect(sqlOf(JSON.stringify({ json, meta: { values: { sql: ["URL"] } } }))).toBeUndefined();
  expect(sqlOf(JSON.stringify({ json, meta: { values: ["URL"] } }))).toBeUndefined();
  expect([sqlOf(""), sqlOf("[]"), sqlOf("null"), sqlOf('{"json":{"sql":1}}')]).toEqual(Array(4).fill(undefined));
});

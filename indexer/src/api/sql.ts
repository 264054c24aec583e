import { db } from "ponder:api";
import schema from "ponder:schema";
import { createMiddleware } from "hono/factory";
import { client } from "ponder";
import { refusal } from "./json.ts";
import { sqlOf } from "./sql-envelope.ts";
import { sqlProblem } from "./sql-guard.ts";
import { columnsOf, sqlName } from "./table-columns.ts";

const run = client({ db, schema });

/** Tables and columns as SQL has them. */
const names = new Set(
  Object.entries(schema).flatMap(([name, member]) => {
    const columns = columnsOf(member).map(([column]) => sqlName(column));
    return columns.length === 0 ? [] : [sqlName(name), ...columns];
  }),
);

/** SQL by `@ponder/client`: `/sql/db` answers once, `/sql/live` again after each change. Reads only. */
export const sqlEndpoint = createMiddleware(async (context, next) => {
  const query = context.req.method === "GET" ? sqlOf(context.req.query("sql") ?? "") : undefined;
  if (query === undefined) return refusal("REQUEST_INVALID", "SQL is asked by GET, in the form of @ponder/client.");
  const problem = sqlProblem(query, names);
  return problem === undefined ? run(context, next) : refusal("REQUEST_INVALID", problem);
});

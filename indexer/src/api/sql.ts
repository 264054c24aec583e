import { db } from "ponder:api";
import schema from "ponder:schema";
import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { client, sql } from "ponder";
import { cacheHeaders, notModified } from "./if-changed.ts";
import { jsonResponse, refusal } from "./json.ts";
import { type ClientQuery, type QueryBuilder, superjson, validateAllowableSQLQuery } from "./ponder-internals.ts";
import { inSnapshot, type Snapshot } from "./snapshot.ts";
import { sqlOf } from "./sql-envelope.ts";
import { sqlProblem } from "./sql-guard.ts";
import { columnsOf, sqlName } from "./table-columns.ts";

const live = client({ db, schema });

/**
 * What the planner may expect of a query on the built-in database. It runs within this process, where nothing can stop a statement: one of
 * a million is over in about ten seconds on a small machine. Postgres stops what takes 30 seconds.
 */
const MAX_PLANNED_COST = 1_000_000;

/** Tables and columns as SQL has them. */
const names = new Set(
  Object.entries(schema).flatMap(([name, member]) => {
    const columns = columnsOf(member).map(([column]) => sqlName(column));
    return columns.length === 0 ? [] : [sqlName(name), ...columns];
  }),
);

/**
 * SQL as text with `param` for `$1` and on, or by `@ponder/client`: `/sql/db` answers once, from one block; `/sql/live`, which the latter
 * has, again after each change. Reads only.
 */
export const sqlEndpoint = createMiddleware(async (context, next) => {
  const text = context.req.method === "GET" ? (context.req.query("sql") ?? "") : "";
  const isPlain = !isLive(context) && /^\s*[a-z]/i.test(text);
  const query = isPlain ? text : sqlOf(text);
  if (query === undefined) return refusal("REQUEST_INVALID", "SQL is asked by GET, as text or as @ponder/client does.");
  const problem = sqlProblem(query, names);
  if (problem !== undefined) return refusal("REQUEST_INVALID", problem);
  const asked = isPlain ? { sql: text, params: context.req.queries("param") ?? [] } : superjson.parse(text);
  const answer = await answerTo(context, asked);
  if (answer instanceof Response) return answer;
  if ("problem" in answer) return refusal("REQUEST_INVALID", answer.problem);
  // Ponder counts a live query before it looks at it, and for ever where it then fails: only one that runs gets there.
  return isLive(context) ? live(context, next) : answered(answer);
});

const isLive = ({ req }: Context): boolean => req.path === "/sql/live";

interface HttpReply {
  readonly result: { readonly rows: readonly unknown[] };
  readonly snapshot: Snapshot;
}

const answered = ({ result, snapshot }: HttpReply): Response =>
  jsonResponse(result, 200, {
    ...(snapshot.block && { "x-lloom-block": String(snapshot.block.number) }),
    ...cacheHeaders(snapshot),
  });

type Reply = HttpReply | { readonly problem: string };

async function answerTo(context: Context, query: ClientQuery): Promise<Reply | Response> {
  const refused = await validateAllowableSQLQuery(query.sql).then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (refused !== undefined) return { problem: unfit(refused) };
  try {
    return await inSnapshot(async (snapshot) => {
      const { reader } = snapshot;
      const same = isLive(context) ? undefined : notModified(context, snapshot);
      if (same !== undefined) return same;
      const problem = (await schemaProblem(reader, query)) ?? (await costProblem(reader, query));
      return problem === undefined ? { result: await run(reader, query), snapshot } : { problem };
    });
  } catch (cause) {
    const failure = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
    if (!isAboutTheQuery(failure)) throw cause;
    return { problem: unfit(failure) };
  }
}

const unfit = (cause: unknown): string =>
  `The query cannot be run: ${cause instanceof Error ? cause.message : String(cause)}.`;

const run = (reader: QueryBuilder, query: ClientQuery) =>
  reader._.session.prepareQuery(query, undefined, undefined, false).execute();

/** Names in double quotes may not lead out of the index's own tables, into whatever else the database holds by now. */
async function schemaProblem({ raw }: QueryBuilder, query: ClientQuery): Promise<string | undefined> {
  const { rows } = await raw.execute(sql`SELECT nspname FROM pg_namespace`);
  const schemas = new Set(rows.map((row: Readonly<Record<string, unknown>>) => String(row["nspname"])));
  const quoted = query.sql.match(/"[^"]+"/g)?.map((name) => name.slice(1, -1)) ?? [];
  const bare = query.sql.match(/\w+(?=\s*\.)/g) ?? [];
  const schemaName = [...quoted, ...bare].find((name) => schemas.has(name) || schemas.has(name.toLowerCase()));
  return schemaName === undefined
    ? undefined
    : `A query may read tables of the index only, and not of "${schemaName}".`;
}

/** The one that plans now: what it sets for that is everybody's, on the one connection. */
let planning: Promise<unknown> = Promise.resolve();

async function costProblem(reader: QueryBuilder, query: ClientQuery): Promise<string | undefined> {
  if (reader.$dialect === "postgres") return undefined;
  const planned = planning.then(() => planOf(reader, query));
  planning = planned.catch(() => undefined);
  const cost = plannedCost(await planned);
  return cost <= MAX_PLANNED_COST
    ? undefined
    : `The planner expects a cost of ${Math.round(cost)}; a query may have ${MAX_PLANNED_COST}.`;
}

/** The built-in database reads whole tables only where it must, by way of a cost that hides all others. */
async function planOf(reader: QueryBuilder, query: ClientQuery): Promise<unknown> {
  await reader.raw.execute(sql`SET enable_seqscan = on`);
  try {
    const { rows } = await run(reader, { ...query, sql: `EXPLAIN (FORMAT JSON) ${query.sql}` });
    return rows[0]?.["QUERY PLAN"];
  } finally {
    await reader.raw.execute(sql`SET enable_seqscan = off`);
  }
}

/** The whole plan's cost, beyond every limit where it does not say. */
function plannedCost(plan: unknown): number {
  const text = typeof plan === "string" ? plan : JSON.stringify(plan);
  const found = /"Total Cost":\s*([\d.]+)/.exec(text)?.[1];
  return found === undefined ? Number.POSITIVE_INFINITY : Number(found);
}

/** Whether the database gave up for what the text says (SQLSTATE 22, 42) or asks for (57014: it took too long). */
const isAboutTheQuery = (cause: unknown): boolean =>
  typeof cause === "object" && cause !== null && "code" in cause && /^(?:22|42|57014)/.test(String(cause.code));

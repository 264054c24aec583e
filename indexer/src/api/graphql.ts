import schema from "ponder:schema";
import type { Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { createMiddleware } from "hono/factory";
import { describeSchema } from "../../words/describe-schema.ts";
import { bindCursors } from "./bound-cursors.ts";
import { consolePage } from "./console-page.ts";
import { type GraphqlBody, graphqlBody, graphqlQuery } from "./graphql-body.ts";
import { told } from "./graphql-errors.ts";
import { cacheHeaders, notModified } from "./if-changed.ts";
import { jsonResponse, refusal } from "./json.ts";
import { pageFields } from "./page-fields.ts";
import { buildDataLoaderCache, buildGraphQLSchema, graphqlLibrary, type Outcome } from "./ponder-internals.ts";
import { costOf, LARGEST_PAGE, MAX_TOKENS, type QueryCost } from "./query-cost.ts";
import { type BlockPoint, inSnapshot } from "./snapshot.ts";

const MAX_BODY_BYTES = 64 * 1_024;
const MAX_ROWS = 20_000;
/** The introspection query that tools send is 21 deep. */
const MAX_DEPTH = 24;
const MAX_ALIASES = 30;

/** For requests with a body that is too long; it is not read to its end. */
export const graphqlBodyLimit = bodyLimit({
  maxSize: MAX_BODY_BYTES,
  onError: () => refusal("FRAME_TOO_LARGE", `A GraphQL request may have ${MAX_BODY_BYTES} bytes.`),
});

const served = buildGraphQLSchema({ schema });
bindCursors(served);
describeSchema(served);
const pages = pageFields(served);

/**
 * GraphQL by POST, or by GET, whose answers may be kept. The depth, the words, the other names and the rows of a query are bounded before anything is read. All
 * of an answer is of one block, which stands under `extensions`. A browser that comes without a query gets a page to ask from.
 */
export const graphqlEndpoint = createMiddleware(async (context) => {
  const { method, raw } = context.req;
  const isGet = method === "GET" || method === "HEAD";
  if (isGet && context.req.query("query") === undefined) return context.html(consolePage);
  if (!isGet && method !== "POST")
    return refusal("REQUEST_INVALID", "GraphQL is asked by GET and POST.", "Send the query by POST.");
  const body = isGet
    ? graphqlQuery(context.req.query())
    : graphqlBody(context.req.header("content-type"), await raw.text());
  if (typeof body === "string") return refusal("REQUEST_INVALID", body, FORM);
  const cost = costOf({ ...body, pages });
  const reply = refusalOf(cost) ?? (await answerTo(body, isGet ? context : undefined));
  return reply instanceof Response ? reply : toldOf(reply, cost?.hasCursor ?? false);
});

const FORM = 'Send {"query":"{ … }"} with the header content-type: application/json.';

/** Refuses what costs too much. */
function refusalOf(cost: QueryCost | undefined): Response | undefined {
  if (cost === undefined) return undefined;
  const { rows, depth, aliases, wrongLimits, wrongOffsets } = cost;
  const [limit] = wrongLimits;
  if (limit !== undefined) {
    const message = `limit is ${limit}; a page has 1 to ${LARGEST_PAGE} rows.`;
    return refusal("REQUEST_INVALID", message, "Turn the pages: pageInfo { endCursor } and after.");
  }
  const [offset] = wrongOffsets;
  if (offset !== undefined)
    return refusal("REQUEST_INVALID", `offset is ${offset}; nothing comes before the first row.`, "Leave it out.");
  if (depth > MAX_DEPTH || aliases > MAX_ALIASES) {
    const message = `The query has a depth of ${depth} and ${aliases} other names; it may have ${MAX_DEPTH} and ${MAX_ALIASES}.`;
    return refusal("REQUEST_INVALID", message, "Ask for less at a time.");
  }
  if (rows <= MAX_ROWS) return undefined;
  const message = `The query may read ${rows} rows; pages within pages may have ${MAX_ROWS} together.`;
  return refusal(
    "REQUEST_INVALID",
    message,
    "Ask for smaller pages: limit; for fewer totalCount; by after and not by offset.",
  );
}

interface HttpReply {
  readonly outcome: Outcome;
  readonly block?: BlockPoint | undefined;
  /** How the answer may be kept: one that was asked by GET. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Reads what a query asks for, all of it from one snapshot; nothing for who has the answer of that one already. */
async function answerTo(
  { query, variables, operationName }: GraphqlBody,
  asked: Context | undefined,
): Promise<HttpReply | Response> {
  const document = parsed(query);
  if ("message" in document) return { outcome: { errors: [document] } };
  const errors = graphqlLibrary.validate(served, document);
  if (errors.length > 0) return { outcome: { errors } };
  return await inSnapshot(async (snapshot) => {
    const { reader, block } = snapshot;
    const same = asked && notModified(asked, snapshot);
    if (same !== undefined) return same;
    const contextValue = { qb: reader, getDataLoader: buildDataLoaderCache(reader) };
    const request = { schema: served, document, variableValues: variables, operationName, contextValue };
    const outcome = await graphqlLibrary.execute(request);
    return { outcome, block, ...(asked && { headers: cacheHeaders(snapshot) }) };
  });
}

function parsed(query: string): ReturnType<typeof graphqlLibrary.parse> | Error {
  try {
    return graphqlLibrary.parse(query, { maxTokens: MAX_TOKENS });
  } catch (cause) {
    if (cause instanceof Error) return cause;
    throw cause;
  }
}

/** The executor's answer with its block, and its errors told as everywhere; status 400 if nothing was read. */
function toldOf({ outcome, block, headers }: HttpReply, hasCursor: boolean): Response {
  const { data, errors } = outcome;
  const extensions = { snapshot: block ?? null };
  if (errors === undefined) return jsonResponse({ data, extensions }, 200, headers);
  const failures = errors.map(({ message, path, locations }) => ({ message, path, locations }));
  for (const { message, path } of failures)
    if (path !== undefined) process.stderr.write(`GraphQL failed at ${path.join(".")}: ${JSON.stringify(message)}\n`);
  const words = failures.map((failure) => told(failure, hasCursor));
  return data === undefined ? jsonResponse({ errors: words }, 400) : jsonResponse({ data, errors: words, extensions });
}

import { db } from "ponder:api";
import schema from "ponder:schema";
import { bodyLimit } from "hono/body-limit";
import { createMiddleware } from "hono/factory";
import { graphql } from "ponder";
import { consolePage } from "./console-page.ts";
import { graphqlBody } from "./graphql-body.ts";
import { told } from "./graphql-errors.ts";
import { jsonResponse, refusal } from "./json.ts";
import { costOf, LARGEST_PAGE, type QueryCost } from "./query-cost.ts";

const MAX_BODY_BYTES = 64 * 1_024;
const MAX_ROWS = 20_000;
/** The introspection query that tools send is 21 deep. */
const MAX_DEPTH = 24;

/** For requests with a body that is too long; it is not read to its end. */
export const graphqlBodyLimit = bodyLimit({
  maxSize: MAX_BODY_BYTES,
  onError: () => refusal("FRAME_TOO_LARGE", `A GraphQL request may have ${MAX_BODY_BYTES} bytes.`),
});

const execute = graphql({ db, schema }, { maxOperationTokens: 1_500, maxOperationDepth: MAX_DEPTH });

/**
 * GraphQL by POST. Ponder bounds the depth, the words and the aliases of a query; the rows of a page, and of nested pages
 * together, are bounded here, before anything is read. A browser that asks by GET gets a page to ask from.
 */
export const graphqlEndpoint = createMiddleware(async (context, next) => {
  const { method, raw } = context.req;
  if (method === "GET") return context.html(consolePage);
  if (method !== "POST") return refusal("REQUEST_INVALID", "GraphQL is asked by POST.", "Send the query by POST.");
  const body = graphqlBody(context.req.header("content-type"), await raw.clone().text());
  if (typeof body === "string") return refusal("REQUEST_INVALID", body, FORM);
  const cost = costOf(body.query, body.variables);
  const refused = refusalOf(cost);
  if (refused !== undefined) return refused;
  const answer = await execute(context, next);
  return typeof answer === "object" ? toldOf(answer, cost?.hasCursor ?? false) : answer;
});

const FORM = 'Send {"query":"{ … }"} with the header content-type: application/json.';

/** Refuses what costs too much. */
function refusalOf(cost: QueryCost | undefined): Response | undefined {
  const [limit] = cost?.wrongLimits ?? [];
  if (limit !== undefined) {
    const message = `limit is ${limit}; a page has 1 to ${LARGEST_PAGE} rows.`;
    return refusal("REQUEST_INVALID", message, "Turn the pages: pageInfo { endCursor } and after.");
  }
  if (cost === undefined || cost.rows <= MAX_ROWS) return undefined;
  const message = `The query asks for up to ${cost.rows} rows; pages within pages may have ${MAX_ROWS} together.`;
  return refusal("REQUEST_INVALID", message, "Ask for smaller pages: limit.");
}

interface Outcome {
  readonly data?: unknown;
  readonly errors?: readonly Parameters<typeof told>[0][];
}

/** The executor's answer, with its errors told as everywhere; status 400 if nothing was read. */
async function toldOf(answer: Response, hasCursor: boolean): Promise<Response> {
  const outcome = (await answer.json()) as Outcome;
  const { data, errors } = outcome;
  if (errors === undefined) return jsonResponse(outcome);
  for (const { message, path } of errors)
    if (path !== undefined) process.stderr.write(`GraphQL failed at ${path.join(".")}: ${JSON.stringify(message)}\n`);
  return jsonResponse({ data, errors: errors.map((error) => told(error, hasCursor)) }, data === undefined ? 400 : 200);
}

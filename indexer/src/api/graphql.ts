import { db } from "ponder:api";
import schema from "ponder:schema";
import { bodyLimit } from "hono/body-limit";
import { createMiddleware } from "hono/factory";
import { graphql } from "ponder";
import { consolePage } from "./console-page.ts";
import { refusal } from "./json.ts";
import { rowsAsked } from "./query-cost.ts";

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
 * GraphQL by POST. Ponder bounds the depth, the words and the aliases of a query and the rows of one page; the rows of
 * nested pages together are bounded here, before anything is read. A browser that asks by GET gets a page to ask from.
 */
export const graphqlEndpoint = createMiddleware(async (context, next) => {
  if (context.req.method === "GET") return context.html(consolePage);
  const text = await context.req.raw.clone().text();
  const { query, variables } = bodyOf(text);
  const rows = rowsAsked(query, variables) ?? 0;
  if (rows > MAX_ROWS) {
    return refusal(
      "REQUEST_INVALID",
      `The query asks for up to ${rows} rows; ${MAX_ROWS} is the limit. Ask for smaller pages: limit.`,
    );
  }
  return execute(context, next);
});

/** The parts of a request that its cost depends on; the executor judges the rest, and bodies that are none. */
function bodyOf(text: string): { query: string; variables: Readonly<Record<string, unknown>> } {
  try {
    const body: unknown = JSON.parse(text);
    const { query, variables } = isRecord(body) ? body : {};
    return { query: typeof query === "string" ? query : "", variables: isRecord(variables) ? variables : {} };
  } catch {
    return { query: "", variables: {} };
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

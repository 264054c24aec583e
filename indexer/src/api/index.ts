import { LloomError } from "@lloom/protocol/lloom-error";
import { Hono } from "hono";
import { limited } from "./callers/limited.ts";
import { exportTable } from "./export.ts";
import { graphqlBodyLimit, graphqlEndpoint } from "./graphql.ts";
import { jsonResponse, refusal } from "./json.ts";
import { meta } from "./meta.ts";
import { overview } from "./overview.ts";
import { oneStanding, standingsPage, standingsRootOf } from "./reputation.ts";
import { sqlEndpoint } from "./sql.ts";

/** The public, read-only API of the tables; Ponder adds /health, /ready, /status and /metrics. */
const api = new Hono();

api.use("*", limited);
api.use("/graphql", graphqlBodyLimit, graphqlEndpoint);
api.use("/sql/*", sqlEndpoint);
api.get("/meta", async () => jsonResponse(await meta()));
api.get("/api/overview", async () => jsonResponse(await overview()));
api.get("/export/:file", exportTable);
api.get("/reputation/:epoch", standingsRootOf);
api.get("/reputation/:epoch/standings", standingsPage);
api.get("/reputation/:epoch/:executor", oneStanding);
api.all("*", () => refusal("ROUTE_NOT_FOUND", "There is nothing here.", "See docs/indexer.md."));
api.onError((error, { req }) => {
  if (error instanceof LloomError) return refusal(error.code, error.message, error.next);
  process.stderr.write(`INTERNAL: ${req.method} ${req.path}: ${error.message}\n`);
  return refusal("INTERNAL", "The indexer failed to answer.");
});

export default api;

import { afterEach, expect, test, vi } from "vitest";
import { askNow } from "./graphql.ts";
import { NETWORK_DEPLOYMENT } from "./indexer/chain.ts";

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** What a visitor is told of an index that answers so, and what the log is. */
async function asked(status: number, body: string) {
  const logged: string[] = [];
  vi.stubGlobal("fetch", async () => new Response(body, { status }));
  vi.spyOn(process.stderr, "write").mockImplementation((line) => logged.push(String(line)) > 0);
  const reply = await askNow(NETWORK_DEPLOYMENT, {});
  return { code: reply.ok ? undefined : reply.problem.code, log: logged.join("") };
}

test.each([
  ["is busy", 503, "INDEXER_BUSY"],
  ["refuses", 400, "INDEXER_REFUSED"],
])("what an index says that %s stands in the log", async (_, status, code) => {
  const { code: told, log } = await asked(status, "its own words");
  expect(told).toBe(code);
  expect(log).toMatch(new RegExp(`^${code}: http://.*: HTTP status ${status}: its own words\n$`));
});

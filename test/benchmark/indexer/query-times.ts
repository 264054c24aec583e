import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { ROOT } from "../../../checkout/paths.ts";
import type { Indexer } from "../../integration/indexer/ponder-process.ts";
import { median, percentile } from "../serving/percentile.ts";

const ROUNDS = 15;
const FOLDER = join(ROOT, "indexer/queries");

/** What the saved queries took, one at a time, in turn. */
export interface QueryTimes {
  /** Of all calls. */
  readonly p95: number;
  /** Median of each query, the slowest first. */
  readonly each: readonly (readonly [string, number])[];
}

/** Asks every saved query of `indexer/queries` for somebody who exists; milliseconds of each whole answer. */
export async function queryTimes(indexer: Indexer): Promise<QueryTimes> {
  const variables = await somebody(indexer);
  const queries = readdirSync(FOLDER).map((file) => [file, readFileSync(join(FOLDER, file), "utf8")] as const);
  const took = new Map<string, number[]>(queries.map(([file]) => [file, []]));
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [file, query] of queries) {
      const before = performance.now();
      const about = file === "client.graphql" ? { ...variables, address: variables.client } : variables;
      await indexer.query(query, about);
      // The first round fills caches of plans and pages.
      if (round > 0) took.get(file)?.push(performance.now() - before);
    }
  }
  const each = [...took].map(([file, times]) => [file, median(times)] as const).toSorted(([, a], [, b]) => b - a);
  return { p95: percentile([...took.values()].flat(), 0.95), each };
}

async function somebody(indexer: Indexer) {
  const found = (await indexer.query(`{
    executors(orderBy: "paid", orderDirection: "desc", limit: 1) { items { address } }
    clients(orderBy: "paid", orderDirection: "desc", limit: 1) { items { address } }
    settlements(limit: 1) { items { requestHash } } disputes(limit: 1) { items { disputeId } }
  }`)) as Record<string, { items: Record<string, string>[] }>;
  const first = (list: string, column: string): string => found[list]?.items[0]?.[column] ?? "";
  return {
    address: first("executors", "address"),
    client: first("clients", "address"),
    requestHash: first("settlements", "requestHash"),
    id: first("disputes", "disputeId"),
  };
}

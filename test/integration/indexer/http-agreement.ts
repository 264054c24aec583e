import { parquetReadObjects } from "hyparquet";
import { expect } from "vitest";
import type { Indexer } from "./ponder-process.ts";

/** Answers that may be kept have the tag of their block, which the next one changes. */
export async function expectKept({ url }: Indexer, nextBlock: () => Promise<void>): Promise<void> {
  const asked = [
    `graphql?query=${encodeURIComponent("query ($id: String!) { network(id: $id) { deposited } }")}&variables={"id":"lloom"}`,
    "export/settlements.csv",
    "export/settlements.parquet",
    `sql/db?sql=${encodeURIComponent("select count(*)::integer from client where paid > $1")}&param=0`,
  ];
  const ask = (path: string, etag = "") => fetch(`${url}/${path}`, { headers: { "if-none-match": etag } });
  const tags = new Map<string, string>();
  for (const path of asked) {
    const first = await ask(path);
    expect([path, first.status, first.headers.get("cache-control")]).toEqual([path, 200, "public, no-cache"]);
    await first.arrayBuffer();
    tags.set(path, first.headers.get("etag") ?? "");
    const again = await ask(path, tags.get(path));
    expect([again.status, await again.text(), again.headers.get("etag")]).toEqual([304, "", tags.get(path)]);
  }
  expect(new Set(tags.values())).toEqual(new Set([expect.stringMatching(/^W\/"\d/)]));
  await nextBlock();
  for (const path of asked) expect((await ask(path, tags.get(path))).status).toBe(200);
}

/** Settlements, four of them, come as Parquet, whole and by blocks. */
export async function expectParquet({ url }: Indexer): Promise<void> {
  const settlements = async (part: string) => {
    const file = await (await fetch(`${url}/export/settlements.parquet${part}`)).arrayBuffer();
    return await parquetReadObjects({ file });
  };
  const rows = await settlements("");
  const csv = await (await fetch(`${url}/export/settlements.csv`)).text();
  expect(Object.keys(rows[0] ?? {})).toEqual(csv.split("\r\n")[0]?.split(","));
  expect(rows.map(({ paid, timestamp }) => [typeof paid, typeof timestamp])).toEqual(
    Array(4).fill(["string", "number"]),
  );
  const last = Number(rows.at(-1)?.["block"]);
  expect(await settlements(`?fromBlock=${last}`)).toEqual(rows.slice(-1));
  expect(await settlements(`?toBlock=${last}`)).toEqual(rows.slice(0, -1));
}

/** An address may ask so often. */
export async function expectLimits({ url }: Indexer): Promise<void> {
  const ask = (address: string) => fetch(`${url}/nowhere`, { headers: { "x-forwarded-for": address } });
  const answers = await Promise.all(Array.from({ length: 300 }, () => ask("203.0.113.7")));
  const refused = answers.find(({ status }) => status === 429);
  expect(refused?.headers.get("retry-after")).toBe("1");
  expect(await refused?.json()).toMatchObject({ errors: [{ extensions: { code: "RATE_LIMITED" } }] });
  expect((await ask("203.0.113.8")).headers.get("ratelimit-remaining")).toBe("119");
  expect((await fetch(`${url}/nowhere`)).headers.has("ratelimit-limit")).toBe(false);
}

/** Totals, four settlements, 30 days and 24 hours. */
export async function expectOverview({ url }: Indexer): Promise<void> {
  const overview = (await (await fetch(`${url}/api/overview`)).json()) as Record<string, unknown[]>;
  expect(overview).toMatchObject({ meta: { state: "current", lagSeconds: 0 }, network: { requests: "9" } });
  expect([overview["settlements"], overview["days"], overview["hours"]].map((rows) => rows?.length)).toEqual([
    4, 30, 24,
  ]);
  expect(overview["days"]?.at(-1)).toMatchObject({ requests: "9", settlementCount: 4 });
  expect(overview["days"]?.at(-2)).toMatchObject({ requests: "0", settlementCount: 0 });
}

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildExplorer } from "../../devnet/src/explorer-build.ts";
import { Supervisor } from "../../devnet/src/supervisor.ts";
import { liveWholeLife } from "../integration/indexer/history/whole-life.ts";
import { freePort, type Indexer, startIndexer } from "../integration/indexer/ponder-process.ts";
import { openRpcServer } from "../integration/indexer/rpc-server.ts";
import { openBrowser } from "../support/browser.ts";
import { openMarket } from "../support/contracts/market.ts";
import { buildBarePage } from "./explorer/bare-page.ts";
import { findLighthouse, scoreOf } from "./explorer/lighthouse.ts";
import { codeOf, pagesAtRate, processorOf } from "./explorer/load.ts";
import { type NextServer, startNext } from "./explorer/next-server.ts";
import { paintOf, VISITORS, type Visitor } from "./explorer/paint.ts";
import type { BenchRow } from "./rows.ts";
import { median } from "./serving/percentile.ts";

/** Of the paths, in rows. */
const NAMES = ["overview", "executors", "executor", "settlement"] as const;
const SEED = 20_261_201;
const ROUNDS = 3;
const PAGES = 60;
const TARGETS = {
  lighthouse: { desktop: 0.95, mobile: 0.9 },
  lcp: { desktop: 1.5, mobile: 2.5 },
  cls: 0.02,
  code: 170,
  ssr: 150,
  processor: 1.5,
};

interface ExplorerOptions {
  /** Pairs that are settled before. */
  readonly events: number;
  readonly tell: (line: string) => void;
}

interface Sites {
  readonly explorer: NextServer;
  readonly bare: NextServer;
  /** Overview, executors, an executor, a settlement. */
  readonly paths: readonly string[];
}

const say = (line: string): void => console.error(line);

/** The explorer over an index of a whole history, and beside it a page of Next that does nothing. */
export async function run({ events, tell }: ExplorerOptions): Promise<BenchRow[]> {
  await using stack = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), "lloom-bench-explorer-"));
  stack.defer(() => rmSync(folder, { recursive: true, force: true }));
  const supervisor = stack.use(new Supervisor(folder, { home: join(folder, "home"), tell: say }));
  say(`explorer: ${await buildExplorer(supervisor, new AbortController().signal)}`);
  const bareFolder = await buildBarePage();
  const market = await openMarket();
  stack.defer(() => market.connection.close());
  const life = await liveWholeLife(market, { seed: SEED, pairs: events, epochs: 6, audited: 10, say });
  const server = stack.use(await openRpcServer(market.connection.provider));
  const indexer = await startIndexer({
    rpcUrl: server.url,
    accounting: market.accounting.address,
    stakeRegistry: market.stakeRegistry.address,
    audits: life.audits,
    directory: join(folder, "database"),
  });
  stack.defer(async () => void (await indexer.stop("SIGKILL")));
  await indexer.reaches(await market.connection.ethers.provider.getBlockNumber());
  const explorer = stack.use(await startNext("web", { LLOOM_INDEXER_URL: indexer.url }));
  const bare = stack.use(await startNext(bareFolder));
  const sites: Sites = { explorer, bare, paths: await pathsOf(indexer) };
  return [...(await paintRows(sites, tell)), ...(await loadRows(sites))];
}

async function pathsOf(indexer: Indexer): Promise<readonly string[]> {
  const found = (await indexer.query(`{
    executors(orderBy: "paid", orderDirection: "desc", limit: 1) { items { address } } settlements(limit: 1) { items { id } }
  }`)) as Record<string, { items: Record<string, string>[] }>;
  const [executor, settlement] = [found["executors"]?.items[0]?.["address"], found["settlements"]?.items[0]?.["id"]];
  return ["/", "/executors", `/executors/${executor}`, `/settlements/${settlement}`];
}

/** What visitors see: the worst page of each figure, medians of rounds; the bare page beside it. */
async function paintRows({ explorer, bare, paths }: Sites, tell: (line: string) => void): Promise<BenchRow[]> {
  const port = await freePort();
  await using running = await openBrowser([`--remote-debugging-port=${port}`]);
  const lighthouse = await findLighthouse();
  if (lighthouse === undefined) tell("Lighthouse is not where Node finds packages (NODE_PATH): its rows are left out.");
  const rows: BenchRow[] = [];
  const paint = async (url: string, visitor: Visitor) => {
    const paints = [];
    for (let round = 0; round < ROUNDS; round++) paints.push(await paintOf(running.browser, url, visitor));
    return { lcp: median(paints.map(({ lcp }) => lcp)) / 1_000, cls: median(paints.map(({ cls }) => cls)) };
  };
  for (const visitor of VISITORS) {
    const { name } = visitor;
    const reference = await paint(bare.url, visitor);
    const worst = { lcp: 0, cls: 0, score: 1 };
    for (const path of paths) {
      const { lcp, cls } = await paint(explorer.url + path, visitor);
      const score = lighthouse && (await scoreOf(lighthouse, { url: explorer.url + path, port, visitor }));
      worst.lcp = Math.max(worst.lcp, lcp);
      worst.cls = Math.max(worst.cls, cls);
      worst.score = Math.min(worst.score, score ?? 1);
      const shown = score === undefined ? "" : `, Lighthouse ${score.toFixed(2)}`;
      const line = `${name} ${path.slice(0, 24)}: LCP ${lcp.toFixed(2)} s, CLS ${cls.toFixed(4)}${shown}`;
      say(line);
      tell(line);
    }
    rows.push(
      atMost({ name: `lcp.${name}`, value: worst.lcp, unit: "s", reference: reference.lcp, target: TARGETS.lcp[name] }),
    );
    rows.push(atMost({ name: `cls.${name}`, value: worst.cls, unit: "", target: TARGETS.cls }));
    if (lighthouse === undefined) continue;
    const bareScore = await scoreOf(lighthouse, { url: bare.url, port, visitor });
    const [value, target] = [worst.score, TARGETS.lighthouse[name]];
    const ratio = value / bareScore;
    rows.push({
      name: `lighthouse.${name}`,
      value,
      unit: "",
      reference: bareScore,
      ratio,
      target,
      met: value >= target,
    });
  }
  return rows;
}

async function loadRows({ explorer, bare, paths }: Sites): Promise<BenchRow[]> {
  const code = { value: await codeOf(explorer, "/"), reference: await codeOf(bare, "/") };
  const rows = [atMost({ name: "js.gzip", ...code, unit: "KB", target: TARGETS.code })];
  // Both are warm by now, but for the bare page.
  await processorOf(bare, "/", PAGES);
  const before = await processorOf(bare, "/", PAGES);
  for (const [index, path] of paths.entries()) {
    await processorOf(explorer, path, PAGES);
    const name = `cpu.${NAMES[index] ?? index}`;
    const value = await processorOf(explorer, path, PAGES);
    rows.push(atMost({ name, value, unit: "ms", reference: before, target: before * TARGETS.processor }));
  }
  const reference = await pagesAtRate([`${bare.url}/`]);
  const { p95, failed } = await pagesAtRate(paths.map((path) => explorer.url + path));
  rows.push(atMost({ name: "ssr.p95", value: p95, unit: "ms", reference: reference.p95, target: TARGETS.ssr }));
  rows.push(atMost({ name: "ssr.failed", value: failed, unit: "pages", target: 0 }));
  return rows;
}

function atMost(row: Omit<BenchRow, "met" | "ratio">): BenchRow {
  const { value, reference, target = Number.POSITIVE_INFINITY } = row;
  const ratio = reference === undefined || reference === 0 ? {} : { ratio: value / reference };
  return { ...row, ...ratio, met: value <= target };
}

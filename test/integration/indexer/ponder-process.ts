import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { join } from "node:path";
import { placeBlankDatabase } from "../../../checkout/blank-database.ts";
import { INDEXER, ROOT } from "../../../checkout/paths.ts";
import { askAnew } from "../../support/ask-anew.ts";
import { eventually, type Program, runNode } from "../../support/processes.ts";

const READY_MS = 600_000;
const HEAD_MS = 600_000;

export interface IndexerSettings {
  readonly rpcUrl: string;
  readonly accounting: string;
  readonly stakeRegistry: string;
  readonly audits: string;
  readonly directory: string;
  /** Postgres in place of the directory. */
  readonly databaseUrl?: string;
  /** Where the tables stand; `lloom` unless given. */
  readonly schema?: string;
  /** `serve` answers from tables that another process writes. */
  readonly command?: "start" | "serve";
  /** 31337 unless given. */
  readonly chainId?: number;
  /** How often it looks for a block; 100 unless given. */
  readonly pollMs?: number;
}

/** A running indexer. */
export interface Indexer {
  readonly url: string;
  readonly program: Program;
  /** Rows by GraphQL; fails on an error in the answer. */
  query(query: string, variables?: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>>;
  /** Waits until the tables reflect the block. */
  reaches(block: number): Promise<void>;
  stop(signal: "SIGINT" | "SIGKILL"): Promise<number | null>;
}

export const environmentOf = (settings: IndexerSettings): Record<string, string> => ({
  LLOOM_RPC_URL: settings.rpcUrl,
  LLOOM_CHAIN_ID: String(settings.chainId ?? 31_337),
  LLOOM_ACCOUNTING: settings.accounting,
  LLOOM_STAKE_REGISTRY: settings.stakeRegistry,
  LLOOM_AUDITS: settings.audits,
  ...(settings.databaseUrl === undefined
    ? { LLOOM_PGLITE_DIR: settings.directory }
    : { LLOOM_DATABASE_URL: settings.databaseUrl }),
  LLOOM_POLL_MS: String(settings.pollMs ?? 100),
  PONDER_TELEMETRY_DISABLED: "true",
});

/** Starts the indexer's program, as an operator does, without waiting for anything. */
export function runIndexer(
  env: Readonly<Record<string, string | undefined>>,
  port: number,
  more: readonly string[] = [],
  { schema = "lloom", command = "start" }: Pick<IndexerSettings, "schema" | "command"> = {},
): Program {
  const root = join(ROOT, "indexer");
  const options = ["--root", root, "--schema", schema, "-p", String(port), "-H", "127.0.0.1"];
  return runNode({ args: [INDEXER, ...more, command, ...options], env: { PORT: undefined, ...env }, cwd: root });
}

/**
 * Starts an indexer and waits until it has read everything up to the chain's finalized block. A folder that is not there yet gets a
 * blank database; in one that is there Ponder makes its own.
 */
export async function startIndexer(settings: IndexerSettings): Promise<Indexer> {
  if (settings.databaseUrl === undefined) await placeBlankDatabase(settings.directory);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const program = runIndexer(environmentOf(settings), port, [], settings);
  let exited = false;
  void program.ended.then(() => {
    exited = true;
  });
  const isReady = () =>
    askAnew(`${url}/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  await eventually("the indexer is ready", READY_MS, async () => exited || (await isReady())).catch((cause) => {
    throw new Error(`It is not ready, and printed: ${program.printed().slice(-4_000)}`, { cause });
  });
  if (exited) throw new Error(`The indexer ended: ${program.printed()}`);
  return { url, program, query: queryAt(url), reaches: headAt(url), stop: stopper(program) };
}

const queryAt =
  (url: string): Indexer["query"] =>
  async (query, variables = {}) => {
    const headers = { "content-type": "application/json" };
    const response = await askAnew(`${url}/graphql`, {
      method: "POST",
      headers,
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await response.json()) as { data?: Record<string, unknown>; errors?: unknown };
    if (data === undefined || errors !== undefined) throw new Error(JSON.stringify(errors));
    return data;
  };

const headAt =
  (url: string): Indexer["reaches"] =>
  (block) =>
    eventually(`block ${block} is indexed`, HEAD_MS, async () => {
      // A connection that was idle while a chain in this process worked may be closed: that is no answer yet.
      const status = await askAnew(`${url}/status`).then(
        (response) => response.json() as Promise<{ lloom?: { block: { number: number } } }>,
        () => undefined,
      );
      return (status?.lloom?.block.number ?? -1) >= block;
    });

const stopper =
  (program: Program): Indexer["stop"] =>
  async (signal) => {
    program.signal(signal);
    return (await program.ended).code;
  };

export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

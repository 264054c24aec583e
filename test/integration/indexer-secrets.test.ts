import { mkdtempSync, rmSync } from "node:fs";
import { createServer, request as forward } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { placeBlankDatabase } from "../../checkout/blank-database.ts";
import { type Market, openMarket } from "../support/contracts/market.ts";
import { eventually } from "../support/processes.ts";
import { environmentOf, freePort, runIndexer } from "./indexer/ponder-process.ts";
import { openRpcServer, type RpcServer } from "./indexer/rpc-server.ts";

const SECRETS = ["pAth-5ecret", "qu3ry-5ecret", "us3r-name", "pa55-word"];
const [PATH, QUERY, USER, WORD] = SECRETS;
/** Ponder begins slowly on a machine that has more to do. */
const DEADLINE_MS = 300_000;
const directory = mkdtempSync(join(tmpdir(), "lloom-indexer-secrets-"));
const stack = new AsyncDisposableStack();
let market: Market;
let rpcServer: RpcServer;

beforeAll(async () => {
  market = await openMarket();
  rpcServer = stack.use(await openRpcServer(market.connection.provider));
}, 300_000);
afterAll(async () => {
  await stack.disposeAsync();
  await market.connection.close();
  rmSync(directory, { recursive: true, force: true });
});

/** How the server fails, in turn; what it says repeats the address. */
type Fault = "status" | "error" | "garbage" | "cut";
const FAULTS: readonly Fault[] = ["status", "error", "garbage", "cut"];

/** A server with a key in its address, which answers as the chain until Ponder asks it: the check before it asks for the id once. */
async function secretServer() {
  let ids = 0;
  const failed: Fault[] = [];
  const seen: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      seen.push(request.headers.authorization);
      if (request.url !== `/v3/${PATH}?key=${QUERY}`) return response.writeHead(401).end();
      if (body.includes("eth_chainId")) ids++;
      if (ids < 2) {
        const onward = forward(rpcServer.url, { method: "POST" }, (answer) => answer.pipe(response));
        return onward.on("error", () => response.destroy()).end(body);
      }
      const fault = FAULTS[failed.length % FAULTS.length] as Fault;
      failed.push(fault);
      const words = `no more calls for ${request.url}`;
      if (fault === "cut") return response.destroy();
      if (fault === "status") return response.writeHead(503).end(JSON.stringify({ error: words }));
      if (fault === "garbage") return response.end(`<html>${words}</html>`);
      return response.end(
        JSON.stringify({ jsonrpc: "2.0", id: JSON.parse(body).id, error: { code: -32_005, message: words } }),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  stack.defer(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${USER}:${WORD}@127.0.0.1:${port}/v3/${PATH}?key=${QUERY}`,
    failed,
    seen,
  };
}

describe("an indexer whose RPC server fails", { timeout: 700_000 }, () => {
  it.each(["pretty", "json"])("says so in its log, and never what is secret in the address: %s", async (format) => {
    const server = await secretServer();
    const port = await freePort();
    const settings = {
      rpcUrl: server.url,
      accounting: market.accounting.address,
      stakeRegistry: market.stakeRegistry.address,
      audits: market.audits.address,
      directory: join(directory, format),
    };
    await placeBlankDatabase(settings.directory);
    const env = { ...environmentOf(settings), PONDER_LOG_LEVEL: "trace" };
    const program = runIndexer(env, port, ["--log-format", format]);
    try {
      await eventually("the log tells of every fault", DEADLINE_MS, () => {
        const isMet = server.failed.length > FAULTS.length;
        return isMet && /no more calls for/.test(program.printed());
      });
    } catch (thrown) {
      throw new Error(`${(thrown as Error).message}; it said:\n${program.printed()}`);
    } finally {
      program.signal("SIGKILL");
      await program.ended;
    }
    const printed = program.printed();
    for (const secret of SECRETS) expect(printed).not.toContain(secret);
    expect(printed).toContain("[hidden]");
    expect(server.seen).toContain(`Basic ${Buffer.from(`${USER}:${WORD}`).toString("base64")}`);
  });
});

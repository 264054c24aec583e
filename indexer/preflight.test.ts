import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import type { IndexerEnv } from "./env.ts";
import { inspectChain } from "./preflight.ts";

const ENV: IndexerEnv = {
  rpcUrl: "http://127.0.0.1:9",
  rpcWsUrl: undefined,
  chainId: 31_337,
  accounting: `0x${"aa".repeat(20)}`,
  stakeRegistry: `0x${"bb".repeat(20)}`,
  audits: `0x${"cc".repeat(20)}`,
  startBlock: 0,
  pollMs: 100,
  database: { kind: "pglite", directory: "unused" },
};

/** Something at the end of an RPC URL that answers every call alike, as a wrong address on the web would. */
async function withServer<Result>(body: string, act: (rpcUrl: string) => Promise<Result>): Promise<Result> {
  const server = createServer((_request, response) => response.end(body));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  try {
    return await act(`http://127.0.0.1:${port}/v3/secret-key`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const UNREACHABLE = { code: "CHAIN_UNREACHABLE", message: "LLOOM_RPC_URL does not answer as the JSON-RPC of a chain." };

test("says that nothing answers at the RPC URL", async () => {
  expect(await inspectChain(ENV)).toEqual(UNREACHABLE);
});

test("says that what answers is no chain, without repeating the URL's key", async () => {
  expect(await withServer("<html>", (rpcUrl) => inspectChain({ ...ENV, rpcUrl }))).toEqual(UNREACHABLE);
});

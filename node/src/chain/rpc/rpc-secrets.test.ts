// What is secret in an RPC server's address leaves by no way out, whatever the server does.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { deployLloom, startChain, type TestChain, type TestDeployment } from "../../../../test/support/chain.ts";
import { openGate, type Passage, type RpcError, type RpcGate } from "../../../../test/support/rpc-gate.ts";
import { RPC_WORDS } from "../../../../test/support/rpc-words.ts";
import { asLloomError } from "../../errors.ts";
import { createLog } from "../../log.ts";
import type { Identity } from "../../wallet/identity.ts";
import { deposit, faucet } from "../account/actions.ts";
import { openChain } from "../chain.ts";
import { readDeposit } from "../reads.ts";
import { watchChain } from "../watch/watch.ts";
import { openProvider } from "./provider.ts";
import { rpcEndpoint } from "./rpc-endpoint.ts";

const SECRETS = ["KEY-8f3a", "TOKEN-77", "USER-1", "PASS-2"];
const PAUSES = { firstMs: 1, longestMs: 4 };
const PATH = "/v3/KEY-8f3a?token=TOKEN-77";
let ground: TestChain;
let deployment: TestDeployment;
let gate: RpcGate;
let secretUrl: string;

beforeAll(async () => {
  ground = await startChain();
  deployment = await deployLloom(ground.rpcUrl);
  gate = await openGate(ground.rpcUrl);
  secretUrl = `${gate.rpcUrl.replace("http://", "http://USER-1:PASS-2@")}${PATH}`;
});
afterAll(async () => {
  await gate[Symbol.asyncDispose]();
  await ground[Symbol.asyncDispose]();
});

/** Everything of an error that anything could show. */
const shown = (thrown: unknown): string => {
  const { code, message, next, details } = asLloomError(thrown);
  return [JSON.stringify({ code, message, next, details }), inspect(thrown, { depth: 20, showHidden: true })].join(
    "\n",
  );
};

interface Failure {
  readonly name: string;
  readonly passage?: Passage;
  readonly error?: RpcError;
}

const echo = `no project KEY-8f3a for ${PATH} (token TOKEN-77, http://USER-1:PASS-2@host${PATH})`;
const FAILURES: readonly Failure[] = [
  { name: "a lost connection", passage: "refuse" },
  ...[200, 301, 400, 401, 413, 503].map((status) => ({
    name: `HTTP ${status} with a page`,
    error: { code: 0, message: "", status, body: `<html>Cannot POST ${echo}</html>` },
  })),
  ...[200, 401].map((status) => ({
    name: `HTTP ${status} with JSON-RPC`,
    error: { code: -32000, message: echo, data: { see: echo, list: [echo] }, status },
  })),
  ...[...new Map(RPC_WORDS.map((words) => [words.kind, words])).values()].map(({ kind, code, message }) => ({
    name: kind,
    error: { code, message: `${message} ${echo}` },
  })),
];

test("shows nothing of an address but its origin, for all kinds of failures, in errors, causes and logs", async () => {
  const lines: string[] = [];
  const log = createLog({ level: "trace", name: "test", write: (line) => void lines.push(line) });
  const [, identity] = ground.accounts;
  const { signal } = new AbortController();
  const open = (options: { readonly identity?: Identity } = {}) =>
    openChain({ rpcUrl: secretUrl, accounting: deployment.accounting, signal, log, pauses: PAUSES, ...options });
  await using chain = await open(identity === undefined ? {} : { identity });
  await faucet(chain);
  for (const { name, passage, error } of FAILURES) {
    const stage = (methods: readonly string[]): void => {
      gate.decide = (method) => (passage !== undefined && methods.includes(method) ? passage : "pass");
      gate.answer = (method) => (methods.includes(method) ? error : undefined);
    };
    const watching = new AbortController();
    stage(["eth_call", "eth_chainId", "eth_getLogs", "eth_blockNumber"]);
    const watched = watchChain(chain, { fromBlock: 0, pollMs: 10, signal: watching.signal, onEvent: () => undefined });
    const thrown: PromiseSettledResult<unknown>[] = await Promise.allSettled([
      open(),
      readDeposit(chain, deployment.accounting),
    ]);
    stage(["eth_sendRawTransaction"]);
    thrown.push(...(await Promise.allSettled([deposit(chain, 1n, { deadlineMs: 100 })])));
    watching.abort();
    await watched;
    for (const outcome of thrown) {
      if (outcome.status !== "rejected") continue;
      const { reason } = outcome;
      log.error({ err: reason }, "failed");
      for (const secret of SECRETS) expect(shown(reason), `${name}: ${secret}`).not.toContain(secret);
    }
    gate.decide = () => "pass";
    gate.answer = () => undefined;
  }
  const text = lines.join("");
  expect(text).toContain(`${gate.rpcUrl} does not serve`);
  for (const secret of SECRETS) expect(text).not.toContain(secret);
}, 240_000);

test("sends the whole address to its server, user info as the header that it stands for", async () => {
  const asked: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url, request.headers.authorization);
    request.resume().on("end", () => response.end('{"jsonrpc":"2.0","id":1,"result":"0x7a69"}'));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const { provider, chainId } = await openProvider(`http://USER-1:p%40ss@127.0.0.1:${port}${PATH}`);
  provider.destroy();
  server.close();
  expect(chainId).toBe(31337n);
  expect(asked).toEqual([PATH, `Basic ${Buffer.from("USER-1:p@ss").toString("base64")}`]);
});

test("hides parts of an address as they are written and decoded, and leaves short words", () => {
  const { origin, hide } = rpcEndpoint("https://host.example/a/v3/my%20key?t=se%2Fcret");
  expect(origin).toBe("https://host.example");
  expect(hide("my key, my%20key, se/cret, se%2Fcret")).toBe("[hidden], [hidden], [hidden], [hidden]");
  expect(hide("a v3 b")).toBe("a v3 b");
});

// A node in a process of its own listens everywhere at once, says how it is reached, and ends.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { connect } from "../../node/src/p2p/host/dial.ts";
import { callHealth } from "../../node/src/p2p/rpc/rpc-calls.ts";
import { deployLloom, startChain } from "../support/chain.ts";
import { never, startHost } from "../support/hosts.ts";
import { untilPrinted } from "../support/processes.ts";
import { createUser, type User } from "../support/user.ts";

const READY_MS = 120_000;
const LISTEN = ["/ip4/127.0.0.1/tcp/0", "/ip4/127.0.0.1/tcp/0/ws", "/ip4/127.0.0.1/udp/0/webrtc-direct"];

const stack = new AsyncDisposableStack();
let validator: User;
let chainId: bigint;
let accounting: string;

beforeAll(async () => {
  const chain = stack.use(await startChain());
  const deployment = await deployLloom(chain.rpcUrl);
  [chainId, accounting] = [BigInt(String(await chain.request("eth_chainId"))), deployment.accounting];
  validator = stack.use(await createUser({ chain, deployment }));
}, 300_000);
afterAll(() => stack.disposeAsync());

it("by repeated flags, over every transport, until it is stopped", { timeout: 600_000 }, async () => {
  const program = validator.start([
    "validator",
    "--jury",
    "off",
    "--json",
    ...LISTEN.flatMap((at) => ["--listen", at]),
  ]);
  stack.defer(() => program.signal("SIGKILL"));
  await untilPrinted(program, '"event":"ready"', READY_MS);
  const line = program
    .printed()
    .split("\n")
    .find((text) => text.includes('"event":"ready"'));
  const { multiaddrs, peerId } = JSON.parse(line ?? "{}") as { multiaddrs: string[]; peerId: string };
  const kinds = multiaddrs.map((address) =>
    /\/(tcp\/\d+\/p2p|ws|webrtc-direct)/.exec(address)?.[1]?.replace(/\d+/, "N"),
  );
  expect(kinds).toEqual(["tcp/N/p2p", "ws", "webrtc-direct"]);

  const network = { chainId, accounting };
  // Over WebRTC a browser calls, in page-client.test.ts: its native code does not belong into the process of a test.
  for (const address of multiaddrs.filter((one) => !one.includes("webrtc"))) {
    await using host = await startHost({ network, listen: [], limits: { dialTimeoutMs: 30_000 } });
    const target = { peerId, multiaddrs: [address] };
    await connect(host, target, never);
    expect(await callHealth(host, { target, signal: never })).toMatchObject({ role: "validator" });
  }

  const status = await validator.tell("status");
  expect(status["reach"]).toMatchObject({ found: { type: "machine" } });
  program.signal("SIGINT");
  expect((await program.ended).code).toBe(0);
  expect(existsSync(join(validator.dataDir, "reach.json"))).toBe(false);
  expect((await validator.tell("status"))["reach"]).toBeUndefined();
});

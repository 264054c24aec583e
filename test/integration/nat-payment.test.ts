// A purchase between two homes, each behind a NAT of its own: real processes of the node on machines of their own, up to the settlement.
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { peerIdBytes } from "@lloom/protocol/peer-id";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { deposit, faucet, registerAndStake } from "../../node/src/chain/account/actions.ts";
import { type Chain, openChain } from "../../node/src/chain/chain.ts";
import { deployLloom, startChain, type TestChain, type TestDeployment } from "../support/chain.ts";
import { never, silentLog } from "../support/hosts.ts";
import { ADDRESSES, type Machine, namespacesProblem, TestInternet } from "../support/namespaces.ts";
import { openDoor } from "../support/open-door.ts";
import { eventually, type Program, runNode, untilPrinted } from "../support/processes.ts";
import { LLOOM_PROGRAM } from "../support/program.ts";
import { readSettled } from "../support/settled-pairs.ts";
import { createUser, type User } from "../support/user.ts";

const DOOR = new URL("../support/nat-door.ts", import.meta.url);
/** Where the chain is for all machines. */
const RPC = `${ADDRESSES.client}:8545`;
const TOKENS = 1_000_000n;
const PATIENCE_MS = 180_000;

const problem = namespacesProblem();
if (problem !== undefined) console.warn(`A purchase through NATs is not tested on this machine: ${problem}.`);

describe.skipIf(problem !== undefined)("an executor and its clients, each behind a NAT", () => {
  const stack = new AsyncDisposableStack();
  let internet: TestInternet;
  let dir: string;
  let chain: TestChain;
  let deployment: TestDeployment;
  let bootstrap: string;
  let seller: { readonly user: User; readonly program: Program };
  let buyer: User;

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), "lloom-nat-"));
    stack.defer(() => rmSync(dir, { recursive: true, force: true }));
    internet = stack.use(new TestInternet());
    chain = stack.use(await startChain());
    deployment = await deployLloom(chain.rpcUrl);
    const socket = join(dir, "chain");
    stack.use(await openDoor(socket, new URL(chain.rpcUrl).host));
    await doorOn("client", RPC, socket);
    const validator = await member(async (own, peerId) =>
      registerAndStake(own, { role: "validator", peerId, metadataURI: "", amount: 500n * TOKENS }),
    );
    const listen = `/ip4/${ADDRESSES.validator}/tcp/4001`;
    const anchor = run("validator", validator, ["validator", "--listen", listen, "--announce", listen]);
    bootstrap = (await ready(anchor)).multiaddrs[0] ?? "";
    expect(bootstrap).not.toBe("");
    const user = await member(async (own, peerId) =>
      registerAndStake(own, { role: "executor", peerId, metadataURI: "", amount: 100n * TOKENS }),
    );
    const open = ["executor", "--listen", "/ip4/0.0.0.0/tcp/4001", "--bootstrap", bootstrap];
    const program = run("home", user, [...open, "--drain-seconds", "60", "--log-level", "info"]);
    seller = { user, program };
    await ready(program);
    buyer = await member((own) => deposit(own, 50n * TOKENS));
  });
  afterAll(() => stack.disposeAsync());

  async function doorOn(machine: Machine, from: string, to: string): Promise<void> {
    const { said } = internet.start(machine, DOOR, [from, to]);
    await eventually(`a door at ${from}`, PATIENCE_MS, () => said.length > 0);
  }

  const opened = ({ identity }: User): Promise<Chain> => {
    const { accounting } = deployment;
    return openChain({ rpcUrl: chain.rpcUrl, accounting, identity, signal: never, log: silentLog });
  };

  /** Somebody with test money, who does something on the chain first. */
  async function member(act: (own: Chain, peerId: Uint8Array) => Promise<unknown>): Promise<User> {
    const user = stack.use(await createUser({ chain, deployment }));
    await using own = await opened(user);
    await faucet(own);
    await act(own, peerIdBytes(user.identity.secret));
    return user;
  }

  /** A command of the node on a machine; it ends with the test. */
  function run(machine: Machine, { dataDir }: User, args: readonly string[]): Program {
    const own = ["--data-dir", dataDir, "--password-file", join(dataDir, "password"), "--rpc", `http://${RPC}`];
    const program = runNode({
      node: "ip",
      args: [
        ...internet.nodeOn(machine),
        LLOOM_PROGRAM,
        ...args,
        ...own,
        "--accounting",
        deployment.accounting,
        "--json",
      ],
      cwd: dataDir,
    });
    stack.defer(async () => {
      program.signal("SIGKILL");
      await program.ended;
    });
    return program;
  }

  async function ready(program: Program): Promise<{ readonly multiaddrs: string[]; readonly url: string }> {
    await untilPrinted(program, '"ready"', PATIENCE_MS);
    const lines = program.printed().split("\n");
    return JSON.parse(lines.find((line) => line.includes('"ready"')) ?? "");
  }

  /** Base units that the chain has paid the executor. */
  async function paid(): Promise<bigint> {
    await using own = await opened(buyer);
    return (await readSettled(own)).reduce((sum, pair) => sum + pair.paid, 0n);
  }

  /** Base units of all answers. */
  let owed = 0n;

  it("sells an answer through the validator's relay to a client that nobody can dial", async () => {
    await untilPrinted(seller.program, '"relayed":true', PATIENCE_MS);
    const asking = run("away", buyer, ["ask", "What is Lloom?", "--bootstrap", bootstrap]);
    const { code, stdout, stderr } = await asking.ended;
    expect(code, stderr).toBe(0);
    const { executor, cost } = JSON.parse(stdout);
    expect(executor).toBe(seller.user.address.toLowerCase());
    owed += BigInt(cost);
    await untilPrinted(seller.program, "stayed on its relay", PATIENCE_MS);
  });

  it("dials a gateway back whose router forwards, and goes on selling to it without the relay", async () => {
    const forwarded = ["--listen", "/ip4/0.0.0.0/tcp/4001", "--announce", `/ip4/${ADDRESSES.otherRouter}/tcp/4001`];
    const gateway = run("away", buyer, ["gateway", ...forwarded, "--bootstrap", bootstrap, "--port", "0"]);
    const { url } = await ready(gateway);
    const door = join(dir, "gateway");
    await doorOn("away", door, new URL(url).host);
    owed += await bought(door);
    await untilPrinted(seller.program, "is connected without it now", PATIENCE_MS);
    owed += await bought(door);
    gateway.signal("SIGINT");
    expect((await gateway.ended).code).toBe(0);
  });

  it("is paid for all of it, once", async () => {
    expect(await paid()).toBe(0n);
    seller.program.signal("SIGINT");
    const { code, stderr } = await seller.program.ended;
    expect(code, stderr).toBe(0);
    expect(owed).toBeGreaterThan(0n);
    expect(await paid()).toBe(owed);
  });
});

/** Asks a gateway behind a door; what the answer cost. Executors come to be known within the deadline. */
async function bought(door: string): Promise<bigint> {
  let said = "";
  let cost: string | undefined;
  const asked = async (): Promise<boolean> => {
    const calling = request({
      ...{ socketPath: door, path: "/v1/chat/completions", method: "POST" },
      headers: { host: "localhost", "content-type": "application/json" },
    });
    calling.end(JSON.stringify({ model: "lloom-tiny", messages: [{ role: "user", content: "What is Lloom?" }] }));
    const [response] = (await once(calling, "response")) as [IncomingMessage];
    said = await text(response);
    cost = String(response.headers["x-lloom-cost"]);
    return response.statusCode === 200;
  };
  await eventually("an answer by the gateway", PATIENCE_MS, asked).catch((cause: unknown) => {
    throw new Error(`The gateway said: ${said}`, { cause });
  });
  return BigInt(cost ?? "");
}

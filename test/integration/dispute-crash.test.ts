/** Disputes by real processes: killed at the moment of their transactions, without the chain for a while, and by hand. */
import { join } from "node:path";
import type { Hex, Receipt } from "@lloom/protocol/commitment-types";
import { deliveryDisputesAbi } from "@lloom/protocol/generated/abi";
import { EMPTY_LANE } from "@lloom/protocol/lane";
import { deliveryHash } from "@lloom/protocol/merkle";
import { Contract } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { settle } from "../../node/src/chain/account/settle.ts";
import { openChain } from "../../node/src/chain/chain.ts";
import { createLog } from "../../node/src/log.ts";
import { openClientLog } from "../../node/src/store/client/client-log.ts";
import { openDatabase } from "../../node/src/store/database/database.ts";
import { createTextCipher } from "../../node/src/store/database/text-cipher.ts";
import { connect, deployLloom, startChain, type TestChain, type TestDeployment } from "../support/chain.ts";
import { createExchange } from "../support/exchange.ts";
import { eventually, type Program, untilPrinted } from "../support/processes.ts";
import { openGate, type RpcGate } from "../support/rpc-gate.ts";
import { createUser, type User } from "../support/user.ts";

const SEND = "eth_sendRawTransaction";
const HOUR = 3_600;
const PATIENCE_MS = 120_000;
const GATEWAY = ["gateway", "--port", "0", "--json"];

let chain: TestChain;
let deployment: TestDeployment;
let gate: RpcGate;
const stack = new AsyncDisposableStack();

beforeAll(async () => {
  chain = stack.use(await startChain());
  deployment = await deployLloom(chain.rpcUrl);
  gate = stack.use(await openGate(chain.rpcUrl));
}, 300_000);
afterAll(() => stack.disposeAsync());

interface Unpaid {
  readonly client: User;
  readonly requestHash: Hex;
  /** Of the dispute to be. */
  readonly id: Hex;
}

/** An executor with the smallest stake: one lost dispute, and no tail of it is paid any more. */
async function stakedExecutor(): Promise<User> {
  const executor = stack.use(await createUser({ chain, deployment }));
  await executor.tell("faucet");
  await executor.tell("stake", "100", "--yes");
  return executor;
}

/** A client with money on its deposit. */
async function payingClient(): Promise<User> {
  const client = stack.use(await createUser({ chain, deployment }));
  await client.tell("faucet");
  await client.tell("deposit", "1", "--yes");
  return client;
}

/** A client whose log has a request that its executor answers on chain alone; two minutes later by the chain's clock. */
async function withheld(): Promise<Unpaid> {
  const [executor, client] = await Promise.all([stakedExecutor(), payingClient()]);
  await client.tell("allocate", executor.address, "1", "--yes");
  const { accounting } = deployment;
  const [signal, log] = [new AbortController().signal, createLog({ level: "silent", name: "test" })];
  await using own = await openChain({ rpcUrl: chain.rpcUrl, accounting, identity: executor.identity, signal, log });
  const parties = { client: client.identity, executor: executor.identity };
  const deadline = (await own.nowSeconds()) + 600n;
  const exchange = createExchange({ domain: own.domain, ...parties, deadline });
  const scope = `${own.domain.chainId}/${accounting}/${client.address}`;
  const cipher = createTextCipher(client.identity.secret);
  using db = openDatabase(join(client.dataDir, "client.sqlite"), { scope, cipher });
  const store = openClientLog(db);
  const { lane } = store.reserveLane(executor.address);
  const asked = exchange.ask(EMPTY_LANE, { lane });
  const { request, requestHash, clientSignature } = asked;
  store.saveRequest({
    requestHash,
    request,
    signature: clientSignature,
    promptSalt: requestHash,
    sentAtMs: Date.now(),
  });
  const response = { ...exchange.answer(EMPTY_LANE, asked).response, deliveryHash: deliveryHash(Buffer.from("Here.")) };
  const id = exchange.hasher.hashResponse(response);
  const receipt: Receipt = { request, response, clientSignature, executorSignature: executor.identity.sign(id) };
  const { pairs } = await settle(own, [receipt]);
  expect(pairs).toMatchObject([{ status: "paid" }]);
  await goOn(130);
  return { client, requestHash, id };
}

/** The chain's clock goes on by so many seconds. */
async function goOn(seconds: number): Promise<void> {
  await chain.request("evm_increaseTime", seconds);
  await chain.request("evm_mine");
}

/** How often something happened in the dispute. */
async function countOf(event: "DeliveryOpened" | "DeliveryClosed", id: Hex): Promise<number> {
  const provider = connect(chain.rpcUrl);
  try {
    const disputes = new Contract(deployment.deliveryDisputes, deliveryDisputesAbi, provider);
    return (await disputes.queryFilter(disputes.getEvent(event)(id))).length;
  } finally {
    provider.destroy();
  }
}

/** Runs a gateway until it sends, and kills it there; its transaction arrives or does not. */
async function killedWhileSending(client: User, passage: "refuse" | "loseAnswer"): Promise<void> {
  const program = client.start(GATEWAY, gate.rpcUrl);
  let isDead = false;
  gate.decide = (method) => {
    if (isDead) return "refuse";
    if (method !== SEND) return "pass";
    isDead = true;
    program.signal("SIGKILL");
    return passage;
  };
  await program.ended;
  gate.decide = () => "pass";
  expect(isDead).toBe(true);
}

/** Runs a gateway while something is done. */
async function whileItRuns(client: User, work: (program: Program) => Promise<void>): Promise<void> {
  const program = client.start(GATEWAY, gate.rpcUrl);
  try {
    await work(program);
  } finally {
    program.signal("SIGKILL");
    await program.ended;
  }
}

/** Runs a gateway until something is so. */
const runUntil = (client: User, what: string, holds: () => Promise<boolean>): Promise<void> =>
  whileItRuns(client, () => eventually(what, PATIENCE_MS, holds));

describe("a gateway that is killed while it disputes", { timeout: 600_000 }, () => {
  it.each(["refuse", "loseAnswer"] as const)("opens once and ends once, its transaction %s", async (passage) => {
    const { client, id } = await withheld();
    await killedWhileSending(client, passage);
    await runUntil(client, "it is open", async () => (await countOf("DeliveryOpened", id)) === 1);
    await goOn(12 * HOUR + 60);
    await killedWhileSending(client, passage);
    await runUntil(client, "it is over", async () => (await countOf("DeliveryClosed", id)) === 1);
    expect(await countOf("DeliveryOpened", id)).toBe(1);
    const { disputes } = (await client.tell("disputes")) as unknown as { disputes: { id: string; state: string }[] };
    expect(disputes.find((dispute) => dispute.id === id)?.state).toBe("defaulted");
  });

  it("waits out a chain that is away, and ends by the chain's clock what came due meanwhile", async () => {
    const { client, id } = await withheld();
    await runUntil(client, "it is open", async () => (await countOf("DeliveryOpened", id)) === 1);
    let missed = 0;
    await whileItRuns(client, async (program) => {
      await untilPrinted(program, '"ready"', PATIENCE_MS);
      gate.decide = () => {
        missed++;
        return "refuse";
      };
      // Each call is tried a few times before it has failed.
      await eventually("calls have failed", PATIENCE_MS, () => missed > 20);
      await goOn(13 * HOUR);
      gate.decide = () => "pass";
      await eventually("it is over", PATIENCE_MS, async () => (await countOf("DeliveryClosed", id)) === 1);
    });
  });
});

describe("a dispute by hand", { timeout: 300_000 }, () => {
  it("is opened by its request and closed after its deadline, each shown before", async () => {
    const { client, requestHash, id } = await withheld();
    expect(await client.tell("dispute", "open", requestHash, "--yes")).toMatchObject({ action: "openDispute", id });
    const early = await client.tell("dispute", "close", id, "--yes");
    expect(early).toMatchObject({ event: "nothing" });
    await goOn(12 * HOUR + 60);
    expect(await client.tell("dispute", "close", id, "--yes")).toMatchObject({ action: "closeDispute", id });
    expect(await countOf("DeliveryClosed", id)).toBe(1);
    const again = await client.run(["dispute", "cancel", id, "--yes"]);
    expect(again.code).toBe(2);
    expect(again.stderr).toMatch(/COMMAND_INVALID: The dispute is over \(defaulted\)/);
    const unknown = await client.run(["dispute", "open", `0x${"0f".repeat(32)}`, "--yes"]);
    expect(unknown.stderr).toMatch(/COMMAND_INVALID: This key's log does not know the request/);
  });
});

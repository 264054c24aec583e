/** Disputes by real processes, killed at the moment of their transactions. */
import { join } from "node:path";
import type { Hex, Receipt } from "@lloom/protocol/commitment-types";
import { deliveryDisputesAbi } from "@lloom/protocol/generated/abi";
import { EMPTY_LANE } from "@lloom/protocol/lane";
import { deliveryHash } from "@lloom/protocol/merkle";
import { Contract } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openChain } from "../../node/src/chain/chain.ts";
import { settle } from "../../node/src/chain/settle.ts";
import { createLog } from "../../node/src/log.ts";
import { openClientLog } from "../../node/src/store/client-log.ts";
import { openDatabase } from "../../node/src/store/database.ts";
import { createTextCipher } from "../../node/src/store/text-cipher.ts";
import { connect, deployLloom, startChain, type TestChain, type TestDeployment } from "../support/chain.ts";
import { createExchange } from "../support/exchange.ts";
import { eventually } from "../support/processes.ts";
import { openGate, type RpcGate } from "../support/rpc-gate.ts";
import { createUser, type User } from "../support/user.ts";

const SEND = "eth_sendRawTransaction";
const HOUR = 3_600;
const PATIENCE_MS = 120_000;
const GATEWAY = ["gateway", "--port", "0", "--json"];

let chain: TestChain;
let deployment: TestDeployment;
let gate: RpcGate;
let executor: User;
const stack = new AsyncDisposableStack();

beforeAll(async () => {
  chain = stack.use(await startChain());
  deployment = await deployLloom(chain.rpcUrl);
  gate = stack.use(await openGate(chain.rpcUrl));
  executor = stack.use(await createUser({ chain, deployment }));
  await executor.tell("faucet");
  await executor.tell("stake", "100", "--yes");
}, 300_000);
afterAll(() => stack.disposeAsync());

interface Unpaid {
  readonly client: User;
  readonly requestHash: Hex;
  /** Of the dispute to be. */
  readonly id: Hex;
}

/** A client whose log has a request that its executor answers on chain alone; two minutes later by the chain's clock. */
async function withheld(): Promise<Unpaid> {
  const client = stack.use(await createUser({ chain, deployment }));
  await client.tell("faucet");
  await client.tell("deposit", "1", "--yes");
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
  await settle(own, [receipt]);
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

/** Runs a gateway until it sends, and kills it there; its transaction does not arrive. */
async function killedWhileSending(client: User): Promise<void> {
  const program = client.start(GATEWAY, gate.rpcUrl);
  let isDead = false;
  gate.decide = (method) => {
    if (isDead) return "refuse";
    if (method !== SEND) return "pass";
    isDead = true;
    program.signal("SIGKILL");
    return "refuse";
  };
  await program.ended;
  gate.decide = () => "pass";
  expect(isDead).toBe(true);
}

/** Runs a gateway until something is so. */
async function runUntil(client: User, what: string, holds: () => Promise<boolean>): Promise<void> {
  const program = client.start(GATEWAY, gate.rpcUrl);
  try {
    await eventually(what, PATIENCE_MS, holds);
  } finally {
    program.signal("SIGKILL");
    await program.ended;
  }
}

describe("a gateway that is killed while it disputes", { timeout: 600_000 }, () => {
  it("opens once and ends once, though its transactions are lost", async () => {
    const { client, id } = await withheld();
    await killedWhileSending(client);
    await runUntil(client, "it is open", async () => (await countOf("DeliveryOpened", id)) === 1);
    await goOn(12 * HOUR + 60);
    await killedWhileSending(client);
    await runUntil(client, "it is over", async () => (await countOf("DeliveryClosed", id)) === 1);
    expect(await countOf("DeliveryOpened", id)).toBe(1);
    const { disputes } = (await client.tell("disputes")) as unknown as { disputes: { id: string; state: string }[] };
    expect(disputes.find((dispute) => dispute.id === id)?.state).toBe("defaulted");
  });
});

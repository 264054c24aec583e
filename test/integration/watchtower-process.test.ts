/** An executor's process is killed with an answer that is not settled and a dispute about one that was acknowledged; its watchtower's is there. */
import { join } from "node:path";
import type { Address, Receipt } from "@lloom/protocol/commitment-types";
import { peerIdBytes } from "@lloom/protocol/peer-id";
import { afterAll, beforeAll, expect, it } from "vitest";
import { faucet, registerAndStake, senderOf } from "../../node/src/chain/account/actions.ts";
import { settle } from "../../node/src/chain/account/settle.ts";
import { type Chain, openChain } from "../../node/src/chain/chain.ts";
import { openDisputeCall } from "../../node/src/chain/disputes/delivery-calls.ts";
import { readBond, readBonds, readDispute } from "../../node/src/chain/disputes/delivery-disputes.ts";
import type { MemberRole } from "../../node/src/chain/reads.ts";
import { openDatabase } from "../../node/src/store/database/database.ts";
import { createTextCipher } from "../../node/src/store/database/text-cipher.ts";
import { openEntrustedLog } from "../../node/src/store/validator/entrusted-log.ts";
import type { Identity } from "../../node/src/wallet/identity.ts";
import { buyAnswers } from "../support/buy-answers.ts";
import { deployLloom, startChain, type TestChain, type TestDeployment } from "../support/chain.ts";
import { never, silentLog } from "../support/hosts.ts";
import { eventually, type Program, untilPrinted } from "../support/processes.ts";
import { createUser, type User } from "../support/user.ts";
import { wealthOf } from "../support/wealth.ts";
import { idOf } from "./roles/disputed-deliveries.ts";

const HOUR = 3_600;
const PATIENCE_MS = 180_000;
const stack = new AsyncDisposableStack();
let chain: TestChain;
let deployment: TestDeployment;
let executor: User;
let guard: User;

beforeAll(async () => {
  chain = stack.use(await startChain());
  deployment = await deployLloom(chain.rpcUrl);
  executor = await member("executor", 100_000_000n);
  guard = await member("validator", 500_000_000n);
});
afterAll(() => stack.disposeAsync());

async function connected(identity: Identity): Promise<Chain> {
  const { accounting } = deployment;
  return stack.use(await openChain({ rpcUrl: chain.rpcUrl, accounting, identity, signal: never, log: silentLog }));
}

async function member(role: MemberRole, amount: bigint): Promise<User> {
  const user = stack.use(await createUser({ chain, deployment }));
  const own = await connected(user.identity);
  await faucet(own);
  await registerAndStake(own, { role, peerId: peerIdBytes(user.identity.secret), metadataURI: "", amount });
  return user;
}

/** A program that ends with the test, and where it listens. */
async function running(user: User, ...args: readonly string[]): Promise<{ program: Program; multiaddr: string }> {
  const program = user.start([...args, "--json"]);
  stack.defer(async () => {
    program.signal("SIGKILL");
    await program.ended;
  });
  await untilPrinted(program, '"ready"', PATIENCE_MS);
  const ready =
    program
      .printed()
      .split("\n")
      .find((line) => line.includes('"ready"')) ?? "";
  return { program, multiaddr: JSON.parse(ready).multiaddrs[0] };
}

async function pass(seconds: number): Promise<void> {
  await chain.request("evm_increaseTime", seconds);
  await chain.request("evm_mine");
}

/** Buys one answer, acknowledges it, and is gone. */
async function bought(identity: Identity, bootstrap: string): Promise<{ client: Chain; receipt: Receipt }> {
  const client = await connected(identity);
  const asked = { identity, chain: client, bootstrap, executor: executor.address, answers: 1 };
  const [receipt] = await buyAnswers(asked);
  return { client, receipt: receipt as Receipt };
}

const totalOf = ({ response }: Receipt): bigint => response.cumulativeCost;

it("is defended within the dispute's time and paid within the day, to the unit", { timeout: 600_000 }, async () => {
  const tower = await running(guard, "validator", "--guards", executor.address, "--jury", "off");
  const selling = ["--bootstrap", tower.multiaddr, "--watchtowers", tower.multiaddr, "--settle-amount", "1000"];
  const seller = await running(executor, "executor", ...selling);
  const [, first, second] = chain.accounts as readonly Identity[];
  const disputed = await bought(first as Identity, tower.multiaddr);
  const unpaid = await bought(second as Identity, tower.multiaddr);
  const path = join(guard.dataDir, "validator.sqlite");
  const log = stack.use(openDatabase(path, { readOnly: true, cipher: createTextCipher(guard.identity.secret) }));
  const kept = openEntrustedLog(log);
  await eventually("the watchtower has both, with their acknowledgements", PATIENCE_MS, () =>
    [disputed, unpaid].every(({ receipt }) => kept.guardedPair(receipt.request)?.acknowledgement !== undefined),
  );
  expect(await guard.tell("status")).toMatchObject({ guarded: [{ executor: executor.address, lanes: 2 }] });
  const { client } = disputed;
  await settle(client, [disputed.receipt]);
  seller.program.signal("SIGKILL");
  await seller.program.ended;
  const before = await wealthOf(client, executor.address);

  const disputes: Address = deployment.deliveryDisputes;
  const asked = await readBond(client, disputes, disputed.receipt.response.outboundTokens);
  await senderOf(client).send(openDisputeCall(disputes, disputed.receipt, asked * 2n));
  const id = idOf(client, disputed.receipt);
  const { bond } = await readDispute(client, disputes, id);
  await pass(HOUR + 60);
  const stateOf = async () => (await readDispute(client, disputes, id)).state;
  await eventually("the dispute is rejected", PATIENCE_MS, async () => (await stateOf()) === "rejected");
  await pass(12 * HOUR);
  const settled = totalOf(disputed.receipt) + totalOf(unpaid.receipt);
  await eventually(
    "the other answer is settled",
    PATIENCE_MS,
    async () => (await wealthOf(client, executor.address)).settled === settled,
  );
  expect(await wealthOf(client, executor.address)).toEqual({ ...before, settled });
  expect(await readBonds(client, disputes, executor.address)).toBe(bond);
});

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { testTokenAbi } from "@lloom/protocol/generated/abi";
import { Contract, hexlify, type InterfaceAbi, type JsonRpcProvider, NonceManager, Wallet } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect, deployLloom, startChain, type TestChain, type TestDeployment } from "../support/chain.ts";
import { createUser, type User } from "../support/user.ts";

const DAY = 86_400;
const EXECUTOR = `0x${"ee".repeat(20)}`;
const TOKENS = 50_000_000n;

let chain: TestChain;
let deployment: TestDeployment;
let provider: JsonRpcProvider;
/** Has tokens and never any ether. */
let client: User;
/** A session key of the client, without ether too. */
let session: User;
/** Has ether, and none of the money. */
let relayer: User;
const stack = new AsyncDisposableStack();

beforeAll(async () => {
  chain = stack.use(await startChain());
  deployment = await deployLloom(chain.rpcUrl);
  provider = connect(chain.rpcUrl);
  stack.defer(() => provider.destroy());
  const join = async (): Promise<User> => stack.use(await createUser({ chain, deployment }));
  [client, session, relayer] = [await join(), await join(), await join()];
  const deployer = chain.accounts[0]?.secret ?? new Uint8Array();
  await call(deployer, deployment.paymentToken, testTokenAbi, "mint", client.address, TOKENS);
  // Its one transaction ever; then the ether goes.
  await session.tell("signer", "prove", client.address, fileOf("proof"));
  await client.tell("signer", "add", fileOf("proof"), "--yes");
  for (const { address } of [client, session]) await chain.request("hardhat_setBalance", address, "0x0");
}, 300_000);
afterAll(() => stack.disposeAsync());

async function call(secret: Uint8Array, to: string, abi: InterfaceAbi, name: string, ...values: unknown[]) {
  const signer = new NonceManager(new Wallet(hexlify(secret), provider));
  const sent = await new Contract(to, abi, signer).getFunction(name).send(...values);
  await sent.wait();
}
const tokensOf = (owner: string): Promise<bigint> =>
  new Contract(deployment.paymentToken, testTokenAbi, provider).getFunction("balanceOf").staticCall(owner);
const fileOf = (name: string): string => join(relayer.dataDir, `${name}.json`);

/** Has an order signed, and sent by the one who has ether; what both said. */
async function relayed(signer: User, name: string, ...args: readonly string[]) {
  const signed = await signer.tell(...args, "--sign-only", fileOf(name));
  expect(signed).toMatchObject({ event: "signed", file: fileOf(name) });
  return await relayer.tell("relay", fileOf(name), "--yes");
}

describe("money of a wallet without ether", { timeout: 900_000 }, () => {
  it("goes into the deposit and a channel, and to the last unit out again, by signatures alone", async () => {
    const collector = ["--collector", deployment.collector];
    const deposited = await relayed(client, "deposit", "deposit", "50", ...collector);
    expect(deposited).toMatchObject({ event: "done", action: "relay", type: "collection", amount: "50000000" });
    expect(await client.tell("status")).toMatchObject({ deposited: "50000000" });
    await relayed(session, "allocate", "allocate", EXECUTOR, "20", "--for", client.address);
    expect(await client.tell("status")).toMatchObject({ deposited: "30000000" });
    await relayed(client, "unlock-some", "unlock", EXECUTOR, "5");
    await relayed(session, "unlock-all", "unlock", EXECUTOR, "--for", client.address);
    await chain.request("evm_increaseTime", DAY + 1);
    await chain.request("evm_mine");
    expect(await relayer.tell("unlock", EXECUTOR, "--finish", "--for", client.address, "--yes")).toMatchObject({
      amount: "20000000",
    });
    await relayed(client, "pay-other", "withdraw", "deposit", "1", "--to", relayer.address);
    expect(await tokensOf(relayer.address)).toBe(1_000_000n);
    await relayed(session, "pay-rest", "withdraw", "deposit", "--for", client.address);
    expect(await tokensOf(client.address)).toBe(TOKENS - 1_000_000n);
    expect(await tokensOf(deployment.accounting)).toBe(0n);
    expect(await tokensOf(deployment.collector)).toBe(0n);
    for (const { address } of [client, session]) expect(await provider.getBalance(address)).toBe(0n);
  });

  it("is moved once by an order, whoever sends it again", async () => {
    expect(await relayer.tell("relay", fileOf("pay-rest"), "--yes")).toMatchObject({ event: "nothing" });
    expect(await relayer.tell("relay", fileOf("deposit"), "--yes")).toMatchObject({ event: "nothing" });
  });

  it("is moved by no order that was altered, is too late, or is by somebody who does not sign for it", async () => {
    const refused = async (name: string, pattern: RegExp): Promise<void> => {
      const { code, stderr } = await relayer.run(["relay", fileOf(name), "--yes"]);
      expect(stderr).toMatch(pattern);
      expect(stderr).not.toMatch(/^ {4}at /m);
      expect(code).not.toBe(0);
    };
    await client.tell(
      "deposit",
      "3",
      "--collector",
      deployment.collector,
      "--sign-only",
      fileOf("three"),
      "--valid",
      "1",
    );
    const order = JSON.parse(readFileSync(fileOf("three"), "utf8"));
    const altered = { ...order, order: { ...order.order, message: { ...order.order.message, amount: "4000000" } } };
    writeFileSync(fileOf("altered"), JSON.stringify(altered));
    await refused("altered", /^ORDER_INVALID: The order was signed by 0x\w{40}, who does not sign for/m);
    writeFileSync(fileOf("foreign"), JSON.stringify({ ...order, chainId: "1" }));
    await refused("foreign", /^CHAIN_MISMATCH: It is signed for 0x\w{40} on chain 1, and this is/m);
    writeFileSync(fileOf("field"), JSON.stringify({ ...order, signature: { r: "0x12", vs: order.signature.vs } }));
    await refused("field", /^ORDER_INVALID: .*signature\.r must be 0x and 64 hex digits/m);
    await chain.request("evm_increaseTime", 3_601);
    await chain.request("evm_mine");
    await refused("three", /^ORDER_INVALID: The order could be sent until/m);
    const stranger = await relayer.run([
      "withdraw",
      "deposit",
      "1",
      "--sign-only",
      fileOf("x"),
      "--for",
      client.address,
    ]);
    expect(stranger.stderr).toMatch(/does not sign for/);
    const elsewhere = ["--for", client.address, "--to", relayer.address];
    const away = await session.run(["withdraw", "deposit", "1", "--sign-only", fileOf("y"), ...elsewhere]);
    expect(away.stderr).toMatch(/A session key pays out to its client alone/);
  });

  it("stakes, too, for a member that has a role", async () => {
    const none = await client.run(["stake", "10", "--collector", deployment.collector, "--sign-only", fileOf("stake")]);
    expect(none.stderr).toMatch(/has no role yet, and a signature takes none/);
    await relayer.tell("faucet");
    await relayer.tell("stake", "100", "--yes");
    const payer = await relayed(relayer, "stake-more", "stake", "25", "--collector", deployment.collector);
    expect(payer).toMatchObject({ type: "collection", purpose: "Stake", amount: "25000000" });
    expect(await relayer.tell("status")).toMatchObject({ stake: "125000000" });
  });

  it("becomes credit for bonds of whoever it is meant for, and comes out again", async () => {
    const collector = ["--collector", deployment.collector];
    const { address } = relayer;
    const credited = await relayed(client, "credit", "credit", "2", "--account", address, ...collector);
    expect(credited).toMatchObject({ type: "collection", purpose: "Credit", amount: "2000000", beneficiary: address });
    expect(await relayer.tell("rewards")).toMatchObject({ credits: [{ kind: "measured", amount: "2000000" }] });
    const held = await tokensOf(address);
    expect(await relayer.tell("withdraw", "rewards", "--yes")).toMatchObject({
      of: "measuredCredits",
      amount: "2000000",
    });
    expect(await tokensOf(address)).toBe(held + 2_000_000n);
  });

  it("is staked and credited in one transaction each, by a permit for the Collector", async () => {
    const collector = ["--collector", deployment.collector];
    const before = await provider.getTransactionCount(relayer.address);
    expect(await relayer.tell("stake", "5", ...collector, "--yes")).toMatchObject({
      event: "done",
      stake: "130000000",
    });
    expect(await relayer.tell("credit", "3", ...collector, "--yes")).toMatchObject({
      event: "done",
      credit: "3000000",
    });
    expect(await provider.getTransactionCount(relayer.address)).toBe(before + 2);
    expect(await relayer.tell("status")).toMatchObject({ stake: "130000000" });
    expect(await relayer.tell("rewards")).toMatchObject({ credits: [{ kind: "measured", amount: "3000000" }] });
    for (const holder of [deployment.collector, deployment.accounting]) expect(await tokensOf(holder)).toBe(0n);
  });
});

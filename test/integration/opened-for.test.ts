import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Hex } from "@lloom/protocol/commitment-types";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openClientLog } from "../../node/src/store/client/client-log.ts";
import { openDatabase } from "../../node/src/store/database/database.ts";
import { createTextCipher } from "../../node/src/store/database/text-cipher.ts";
import { deployLloom, startChain, type TestChain, type TestDeployment } from "../support/chain.ts";
import { settledAnswer } from "../support/disputed-answer.ts";
import { createUser, type User } from "../support/user.ts";

const HOUR = 3_600;
const stack = new AsyncDisposableStack();
let chain: TestChain;
let deployment: TestDeployment;
/** Has no ether. */
let client: User;
let executor: User;
/** Has ether, and no part in any of it. */
let friend: User;

beforeAll(async () => {
  chain = stack.use(await startChain());
  deployment = await deployLloom(chain.rpcUrl);
  const join = async (): Promise<User> => stack.use(await createUser({ chain, deployment }));
  [client, executor, friend] = [await join(), await join(), await join()];
  for (const user of [client, executor]) await user.tell("faucet");
  await executor.tell("stake", "100", "--yes");
  await client.tell("deposit", "1", "--yes");
  await client.tell("allocate", executor.address, "1", "--yes");
  await chain.request("hardhat_setBalance", client.address, "0x0");
}, 300_000);
afterAll(() => stack.disposeAsync());

interface Unanswered {
  readonly requestHash: Hex;
  /** Of the dispute to be. */
  readonly id: Hex;
  /** What the executor was paid. */
  readonly cost: bigint;
}

/** A request in the client's log, whose answer the executor settles and does not send. */
async function unanswered(): Promise<Unanswered> {
  const domain = { chainId: 31_337n, accounting: deployment.accounting };
  const cipher = createTextCipher(client.identity.secret);
  const scope = `${domain.chainId}/${domain.accounting}/${client.address}`;
  using db = openDatabase(join(client.dataDir, "client.sqlite"), { scope, cipher });
  const log = openClientLog(db);
  const { lane } = log.reserveLane(executor.address);
  const { request, response, clientSignature } = await settledAnswer({ chain, deployment, client, executor }, lane);
  const { requestHash } = response;
  log.saveRequest({ requestHash, request, signature: clientSignature, promptSalt: requestHash, sentAtMs: Date.now() });
  const id = createCommitmentHasher(domain).hashResponse(response);
  return { requestHash, id, cost: response.cumulativeCost - request.ackedCost };
}

const fileOf = (name: string): string => join(friend.dataDir, `${name}.json`);
const sign = (requestHash: Hex, name: string) =>
  client.tell("dispute", "open", requestHash, "--sign-only", fileOf(name), "--opener", friend.address);
async function pass(seconds: number): Promise<void> {
  await chain.request("evm_increaseTime", seconds);
  await chain.request("evm_mine");
}
async function refusal(user: User, ...args: readonly string[]): Promise<string> {
  const { code, stderr } = await user.run([...args, "--yes"]);
  expect(code).not.toBe(0);
  expect(stderr).not.toMatch(/^ {4}at /m);
  return stderr;
}

describe("a dispute of a client without ether", { timeout: 600_000 }, () => {
  it("is nobody's who changed what was signed, or has it signed in part", async () => {
    const { requestHash } = await unanswered();
    await sign(requestHash, "true");
    const file = JSON.parse(readFileSync(fileOf("true"), "utf8"));
    const { message } = file.order;
    const changed = (name: string, other: object): string => {
      writeFileSync(
        fileOf(name),
        JSON.stringify({ ...file, order: { ...file.order, message: { ...message, ...other } } }),
      );
      return fileOf(name);
    };
    expect(await refusal(executor, "relay", changed("stolen", { opener: executor.address }))).toMatch(
      /ORDER_INVALID: The order was signed by 0x/,
    );
    const { executorSignature: _, ...half } = message.receipt;
    expect(await refusal(friend, "relay", changed("half", { receipt: half }))).toMatch(
      /ORDER_INVALID: .*order\.message\.receipt cannot be read: .*executorSignature/,
    );
    const open = ["dispute", "open", requestHash] as const;
    expect(await refusal(client, ...open, "--sign-only", fileOf("x"))).toMatch(/Who will open the dispute\?/);
    expect(await refusal(client, ...open, "--opener", friend.address)).toMatch(/can be signed for somebody else/);
    expect(await refusal(client, ...open, "--sign-only", fileOf("x"), "--for", friend.address)).toMatch(
      /can be signed/,
    );
  });

  it("is not opened when its time is over", async () => {
    const { requestHash } = await unanswered();
    await sign(requestHash, "late");
    await pass(4 * 24 * HOUR);
    expect(await refusal(friend, "relay", fileOf("late"))).toMatch(/The answer could be disputed until/);
    expect(
      await refusal(client, "dispute", "open", requestHash, "--sign-only", fileOf("later"), "--opener", friend.address),
    ).toMatch(/The answer could be disputed until/);
  });

  it("is opened by the one whom it named, who has the bond back while the client has its money", async () => {
    const { requestHash, id, cost } = await unanswered();
    const signed = await sign(requestHash, "order");
    expect(signed).toMatchObject({ event: "signed", type: "opening", message: { opener: friend.address } });
    expect(await refusal(executor, "relay", fileOf("order"))).toMatch(
      new RegExp(`ORDER_INVALID: The client lets ${friend.address} open the dispute, and nobody else`),
    );
    const preview = await friend.run(["relay", fileOf("order")]);
    expect(preview.stdout).toMatch(new RegExp(`client +${client.address}, who signed it`));
    const deposited = BigInt(String((await client.tell("status"))["deposited"]));
    expect(await friend.tell("relay", fileOf("order"), "--yes")).toMatchObject({
      ...{ event: "done", action: "openDispute", id, client: client.address, executor: executor.address },
    });
    expect(await friend.tell("relay", fileOf("order"), "--yes")).toMatchObject({ event: "nothing" });
    expect(
      await refusal(client, "dispute", "open", requestHash, "--sign-only", fileOf("again"), "--opener", friend.address),
    ).toMatch(/disputed already \(open\)/);
    await pass(13 * HOUR);
    await friend.tell("dispute", "close", id, "--yes");
    expect(BigInt(String((await client.tell("status"))["deposited"]))).toBeGreaterThanOrEqual(deposited + cost);
    const { credits } = (await friend.tell("rewards")) as { credits: { kind: string; amount: string }[] };
    expect(credits).toMatchObject([{ kind: "delivery" }]);
    expect(await client.tell("rewards")).toMatchObject({ credits: [] });
  });
});

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { deployLloom, startChain, type TestChain, type TestDeployment } from "../support/chain.ts";
import { openGate } from "../support/rpc-gate.ts";
import { createUser, type User } from "../support/user.ts";

const SEND = "eth_sendRawTransaction";

let chain: TestChain;
let deployment: TestDeployment;
let client: User;
let session: User;
let stranger: User;
const stack = new AsyncDisposableStack();

beforeAll(async () => {
  chain = stack.use(await startChain());
  deployment = await deployLloom(chain.rpcUrl);
  const join = async (): Promise<User> => stack.use(await createUser({ chain, deployment }));
  [client, session, stranger] = [await join(), await join(), await join()];
}, 300_000);
afterAll(() => stack.disposeAsync());

const fileOf = (name: string): string => join(client.dataDir, `${name}.json`);
async function refusal(user: User, ...args: readonly string[]): Promise<string> {
  const { code, stderr } = await user.run([...args, "--yes"]);
  expect(code).not.toBe(0);
  expect(stderr).not.toMatch(/^ {4}at /m);
  return stderr;
}

describe("session keys by command", { timeout: 600_000 }, () => {
  it("prove themselves, and are added once also over a kill", async () => {
    expect(await client.tell("signer")).toMatchObject({ event: "signers", signers: [] });
    await session.tell("signer", "prove", client.address, fileOf("proof"));
    await using gate = await openGate(chain.rpcUrl);
    const dying = client.start(["signer", "add", fileOf("proof"), "--yes"], gate.rpcUrl);
    gate.decide = (method) => {
      if (method !== SEND) return "pass";
      dying.signal("SIGKILL");
      return "loseAnswer";
    };
    await dying.ended;
    expect(await client.tell("signer", "add", fileOf("proof"), "--yes")).toMatchObject({
      ...{ event: "done", action: "addSigner", signer: session.address, resumed: true },
    });
    expect(await client.tell("signer", "add", fileOf("proof"), "--yes")).toMatchObject({ event: "nothing" });
  });

  it("are listed by anybody, end, and never come back", async () => {
    const listed = { signer: session.address, thawEnd: "0" };
    expect(await stranger.tell("signer", "list", "--address", client.address)).toMatchObject({ signers: [listed] });
    const removed = await client.tell("signer", "remove", session.address, "--yes");
    expect(removed).toMatchObject({ event: "done", action: "removeSigner", signer: session.address });
    const { thawEnd } = removed;
    expect(Number(thawEnd)).toBeGreaterThan(0);
    expect(await client.tell("signer")).toMatchObject({ signers: [{ signer: session.address, thawEnd }] });
    expect(await client.tell("signer", "remove", session.address, "--yes")).toMatchObject({ event: "nothing" });
    expect(await refusal(client, "signer", "add", fileOf("proof"))).toMatch(
      /was authorized by .* before, and a key serves once/,
    );
  });

  it("are replaced by a new one, which signs before the old one ends", async () => {
    using next = await createUser({ chain, deployment });
    using last = await createUser({ chain, deployment });
    const prove = async (user: User, name: string): Promise<string> => {
      await user.tell("signer", "prove", client.address, fileOf(name));
      return fileOf(name);
    };
    const nextProof = await prove(next, "next");
    expect(await refusal(client, "signer", "rotate", nextProof)).toMatch(/No other session key is in force/);
    await client.tell("signer", "add", nextProof, "--yes");
    const lastProof = await prove(last, "last");
    const rotated = await client.run(["signer", "rotate", lastProof, "--yes", "--json"]);
    const done = rotated.stdout.split("\n").filter((line) => line.includes('"event":"done"'));
    expect(done.map((line) => JSON.parse(line))).toMatchObject([
      { action: "addSigner", signer: last.address },
      { action: "removeSigner", signer: next.address },
    ]);
    // It was done: what was cut off in its middle would go on here.
    const again = await client.run(["signer", "rotate", lastProof, next.address, "--yes"]);
    expect(again).toMatchObject({ code: 0, stdout: expect.stringMatching(/already/) });
    expect(await refusal(client, "signer", "rotate", lastProof, last.address)).toMatch(/cannot take its own place/);
  });

  it("are added by no proof that is altered, late, of another deployment, or for somebody else", async () => {
    await stranger.tell("signer", "prove", client.address, fileOf("whole"), "--valid", "1");
    const whole = JSON.parse(readFileSync(fileOf("whole"), "utf8"));
    const write = (name: string, changed: object): string => {
      writeFileSync(fileOf(name), JSON.stringify({ ...whole, ...changed }));
      return fileOf(name);
    };
    const altered = write("altered", { authorization: { ...whole.authorization, signer: session.address } });
    expect(await refusal(client, "signer", "add", altered)).toMatch(/ORDER_INVALID: The proof was signed by 0x/);
    expect(await refusal(client, "signer", "add", write("elsewhere", { chainId: "1" }))).toMatch(/CHAIN_MISMATCH/);
    const version = write("version", { format: "lloom-signer-2" });
    expect(await refusal(client, "signer", "add", version)).toMatch(/format must be "lloom-signer-1"/);
    expect(await refusal(session, "signer", "add", fileOf("whole"))).toMatch(/ORDER_INVALID: The proof is for 0x/);
    expect(await refusal(client, "signer", "remove", stranger.address)).toMatch(/does not sign for/);
    expect(await refusal(client, "signer", "prove", client.address, fileOf("own"))).toMatch(/is the client itself/);
    await chain.request("evm_increaseTime", 3_601);
    await chain.request("evm_mine");
    expect(await refusal(client, "signer", "add", fileOf("whole"))).toMatch(/The proof could be used until/);
  });
});

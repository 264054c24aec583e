import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { deployLloom, startChain, type TestChain, type TestDeployment } from "../support/chain.ts";
import { openGate } from "../support/rpc-gate.ts";
import { type SignerServer, signedTransaction, startSigner } from "../support/signer-server.ts";
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

describe("a key that another program has", { timeout: 600_000 }, () => {
  let signer: SignerServer;
  let owner: User;
  beforeAll(async () => {
    owner = stack.use(await createUser({ chain, deployment }));
    await owner.tell("faucet");
    signer = stack.use(await startSigner(owner.identity.secret));
  });
  /** A terminal without a keystore: what is signed is signed by the program. */
  const away = (...args: readonly string[]) =>
    owner.run([...args, "--signer-url", signer.url, "--keystore", "/nowhere.json", "--yes", "--json"]);
  const told = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await away(...args);
    expect(code, stderr).toBe(0);
    return JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
  };

  it("deposits by its permit, allocates, unlocks, and adds to no stake that is not there", async () => {
    expect(await told("deposit", "10")).toMatchObject({ event: "done", action: "deposit", deposit: "10000000" });
    expect(await told("allocate", stranger.address, "2")).toMatchObject({ event: "done" });
    expect(await told("unlock", stranger.address, "1")).toMatchObject({ event: "done", amount: "1000000" });
    expect(signer.called).toContain("eth_signTypedData_v4");
    expect(signer.called).not.toContain("eth_sendTransaction");
    expect((await away("stake", "100")).stderr).toMatch(/COMMAND_INVALID.*the key that takes one is the node's own/);
    await owner.tell("stake", "100", "--yes");
    expect(await told("stake", "5")).toMatchObject({ event: "done", action: "stake", stake: "105000000" });
  });

  it("signs orders that somebody else sends", async () => {
    const order = join(owner.dataDir, "order.json");
    expect(await told("withdraw", "deposit", "3", "--sign-only", order)).toMatchObject({ event: "signed" });
    expect(await stranger.tell("relay", order, "--yes")).toMatchObject({ event: "done" });
    expect(await owner.tell("wallet", "balance")).toMatchObject({ deposited: "5000000" });
  });

  it("sends nothing that was not asked for, and nothing where it does not answer", async () => {
    const balances = await owner.tell("wallet", "balance");
    const { eth_signTransaction: honest } = signer.methods;
    signer.methods["eth_signTransaction"] = ([fields], wallet) =>
      signedTransaction({ ...(fields as Record<string, string>), to: stranger.address }, wallet);
    expect((await away("withdraw", "deposit", "1")).stderr).toMatch(/"SIGNER_REFUSED".*signed another transaction/);
    const gone = await owner.run(["withdraw", "deposit", "1", "--signer-url", "http://127.0.0.1:1", "--yes"]);
    expect(gone.stderr).toMatch(
      /^SIGNER_UNREACHABLE: The signer at http:\/\/127\.0\.0\.1:1 does not answer: .*\n {2}Start it/,
    );
    expect(gone.code).toBe(75);
    if (honest !== undefined) signer.methods["eth_signTransaction"] = honest;
    expect(await owner.tell("wallet", "balance")).toEqual(balances);
  });
});

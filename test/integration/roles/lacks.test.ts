import { randomBytes } from "node:crypto";
import { formatAmount } from "@lloom/protocol/amounts";
import { peerIdBytes } from "@lloom/protocol/peer-id";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { deposit, faucet, registerAndStake } from "../../../node/src/chain/account/actions.ts";
import { clientLacks, executorLacks } from "../../../node/src/commands/run/lacks.ts";
import { identityFromSecret } from "../../../node/src/wallet/identity.ts";
import { launch, start } from "./launch.ts";
import { askAll, DOLLAR, type Member, question, World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await World.start();
});
afterAll(() => world[Symbol.asyncDispose]());

const poor = (): Promise<Member> => world.join(identityFromSecret(randomBytes(32)));
async function staked(role: "executor" | "validator", amount: bigint): Promise<Member> {
  const member = await world.join(await world.nextIdentity());
  await faucet(member.chain);
  const peerId = peerIdBytes(member.identity.secret);
  await registerAndStake(member.chain, { role, peerId, metadataURI: "", amount });
  return member;
}
const ofExecutor = ({ chain, identity }: Member, watchtowerFee = 0n) =>
  executorLacks(chain, identity.address, watchtowerFee);
const ofClient = ({ chain, identity }: Member) => clientLacks(chain, identity.address);

describe("what an account lacks", () => {
  it("is stake and gas for an executor with an empty key", async () => {
    const member = await poor();
    const { address } = member.identity;
    expect(await ofExecutor(member)).toEqual([
      { of: "stake", problem: expect.stringContaining("This key has no stake"), next: "Stake: lloom stake 100" },
      { of: "gas", problem: expect.stringMatching(/0 ETH.*can be settled/), next: `Send some ether to ${address}.` },
    ]);
  });

  it("is a deposit and gas for a client with an empty key", async () => {
    const lacks = await ofClient(await poor());
    expect(lacks.map(({ of }) => of)).toEqual(["deposit", "gas"]);
    expect(lacks[0]?.next).toBe("Deposit: lloom deposit 10");
  });

  it("is nothing for an executor with stake and for a client with a deposit", async () => {
    expect(await ofExecutor(await staked("executor", 100n * DOLLAR))).toEqual([]);
    const client = await world.join(await world.nextIdentity());
    await faucet(client.chain);
    await deposit(client.chain, DOLLAR);
    expect(await ofClient(client)).toEqual([]);
  });

  it("is a deposit for an executor whose watchtower takes more than there is", async () => {
    const executor = await staked("executor", 100n * DOLLAR);
    await deposit(executor.chain, DOLLAR);
    expect(await ofExecutor(executor, DOLLAR)).toEqual([]);
    expect(await ofExecutor(executor, 2n * DOLLAR)).toEqual([
      {
        of: "deposit",
        problem: expect.stringContaining("takes 2 tUSD for a lane"),
        next: "Deposit some: lloom deposit 19",
      },
    ]);
  });

  it("is the rest of the stake for an executor below the minimum", async () => {
    const [lack] = await ofExecutor(await staked("executor", 60n * DOLLAR));
    expect(lack).toMatchObject({
      problem: expect.stringContaining("only 60 tUSD at stake; an executor needs 100 tUSD"),
      next: "Stake: lloom stake 40",
    });
  });

  it("is another key for an executor that is registered as a validator", async () => {
    const [lack] = await ofExecutor(await staked("validator", 500n * DOLLAR));
    expect(lack).toMatchObject({ of: "stake", problem: expect.stringContaining("registered as a validator") });
  });
});

describe("lloom executor, whose backend does not answer", () => {
  it("says what its owner can do, not what a client can", async () => {
    const program = await launch(world, { command: "executor", more: ["--backend", "http://127.0.0.1:1/v1"] });
    const { code, stdout, stderr } = await program.ended;
    expect(stderr).toMatch(
      /^BACKEND_FAILED: --backend http:\/\/127\.0\.0\.1:1\/v1: The backend cannot be reached.*\.\n {2}Start the backend/m,
    );
    expect(stderr).not.toContain("another executor");
    expect({ code, stdout }).toEqual({ code: 75, stdout: "" });
  });
});

describe("lloom executor, stopped without gas", () => {
  it("says that answers are not settled, and does not end as if all were well", async () => {
    const program = await start(world, {
      command: "executor",
      more: ["--bootstrap", world.anchor.multiaddrs().join(",")],
    });
    await using buyer = await world.buyer({ allowUnstaked: true });
    const { end } = await askAll(buyer, question("What is Lloom?", { model: "lloom-tiny", maxOutboundTokens: 8 }));
    program.signal("SIGTERM");
    const { code, stdout, stderr } = await program.ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/^INSUFFICIENT_FUNDS: /m);
    expect(stdout).toContain(`Warning: ${formatAmount(end.cost, 6)} tUSD of answers are not settled`);
    expect(stderr).toMatch(
      /"code":"INSUFFICIENT_FUNDS".*too little ether for gas.*stopped before everything was settled/,
    );
  });
});

describe.each([
  ["executor", "This key has no stake; an executor needs 100 tUSD", "lloom stake 100"],
  ["gateway", "This key has no free deposit", "lloom deposit 10"],
])("lloom %s with an empty key", (command, problem, next) => {
  it("says what that means, in the log and in a sentence, before it is ready", async () => {
    const program = await start(world, { command });
    program.signal("SIGTERM");
    const { code, stdout, stderr } = await program.ended;
    expect(code).toBe(0);
    expect(stdout.indexOf(`Warning: ${problem}`)).toBe(0);
    expect(stdout).toContain(next);
    const logged = stderr.split("\n").filter((line) => line.includes("lacks something"));
    expect(logged.map((line) => JSON.parse(line).level)).toEqual([40, 40]);
    expect(logged[0]).toContain(problem);
  });
});

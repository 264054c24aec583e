/** What people do by hand about counts that an answer has not: open, look, admit, and move on. */
import { join } from "node:path";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import { measuredDisputesFacts } from "@lloom/protocol/generated/facts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openClientLog } from "../../node/src/store/client/client-log.ts";
import { openDatabase } from "../../node/src/store/database/database.ts";
import { createTextCipher } from "../../node/src/store/database/text-cipher.ts";
import { deployLloom, startChain, type TestChain, type TestDeployment } from "../support/chain.ts";
import { settledAnswer } from "../support/disputed-answer.ts";
import { createUser, type User } from "../support/user.ts";

const SALT = `0x${"5a".repeat(32)}` as const;
const stack = new AsyncDisposableStack();
let chain: TestChain;
let deployment: TestDeployment;
let client: User;
let executor: User;

beforeAll(async () => {
  chain = stack.use(await startChain());
  deployment = await deployLloom(chain.rpcUrl);
  const join = async (): Promise<User> => stack.use(await createUser({ chain, deployment }));
  [client, executor] = [await join(), await join()];
  for (const user of [client, executor]) await user.tell("faucet");
  await executor.tell("stake", "200", "--yes");
  await client.tell("deposit", "1", "--yes");
  await client.tell("allocate", executor.address, "1", "--yes");
}, 300_000);
afterAll(() => stack.disposeAsync());

/** An answer that its client has counted again, refused and kept; its executor settled it. Returns the request's hash. */
async function overcharged(): Promise<string> {
  const domain = { chainId: 31_337n, accounting: deployment.accounting };
  const { hashResponse } = createCommitmentHasher(domain);
  const cipher = createTextCipher(client.identity.secret);
  const scope = `${domain.chainId}/${domain.accounting}/${client.address}`;
  using db = openDatabase(join(client.dataDir, "client.sqlite"), { scope, cipher });
  const log = openClientLog(db);
  const { lane } = log.reserveLane(executor.address);
  const receipt = await settledAnswer({ chain, deployment, client, executor }, lane);
  const { request, response, clientSignature, executorSignature } = receipt;
  const { requestHash } = response;
  log.saveRequest({ requestHash, request, signature: clientSignature, promptSalt: SALT, sentAtMs: Date.now() });
  log.saveWrongCount({
    ...{ requestHash, response, responseHash: hashResponse(response), executorSignature, contentSalt: SALT },
    counts: { inboundTokens: 1, outboundTokens: 1 },
    opened: {
      messages: [{ role: "user", content: "?" }],
      sampling: { temperatureMilli: 0, topPMilli: 1000, topK: 0, stop: [], responseFormat: "text" },
      ...{ weightsHash: SALT, profileHash: SALT, offerHash: SALT, text: "It." },
    },
    noticedAtMs: Date.now(),
  });
  return requestHash;
}

async function refusal(user: User, ...args: readonly string[]): Promise<string> {
  const { code, stderr } = await user.run([...args, "--yes"]);
  expect(code).not.toBe(0);
  expect(stderr).not.toMatch(/^ {4}at /m);
  return stderr;
}

describe("counts that an answer has not", { timeout: 600_000 }, () => {
  it("are complained of by hand, seen by everybody, and admitted by their executor alone", async () => {
    const request = await overcharged();
    const forOther = ["--sign-only", join(client.dataDir, "order.json"), "--opener", executor.address];
    expect(await refusal(client, "dispute", "open", request, ...forOther)).toMatch(
      /This answer came, with wrong counts/,
    );
    expect(await client.tell("dispute", "open", request, "--yes")).toMatchObject({
      action: "complain",
      bond: "3200000",
    });
    const { disputes } = (await executor.tell("disputes")) as { disputes: { id: string; kind: string }[] };
    const id = disputes[0]?.id ?? expect.fail("There is no dispute.");
    const seen = { of: "measured", id, state: "answer", kind: "TokenInflation", bond: "3200000", penalty: "16000000" };
    expect(await client.tell("dispute", "show", id)).toMatchObject({ ...seen, answers: [request], votes: [] });
    const { stdout } = await executor.run(["dispute", "show", id]);
    expect(stdout).toMatch(/about the counts of 1 answers\nstands at {5,}answer\nuntil .*UTC, in 12 h/);
    expect(await client.tell("dispute", "close", id, "--yes")).toMatchObject({ event: "nothing" });
    expect(await refusal(client, "dispute", "concede", id)).toMatch(/Only executor 0x\w{40} can admit/);
    expect(await executor.tell("dispute", "concede", id, "--yes")).toMatchObject({ action: "concede", id });
    expect(await client.tell("dispute", "show", id)).toMatchObject({ state: "closed", outcome: "conceded" });
    expect(await refusal(client, "dispute", "close", id)).toMatch(/The dispute is over \(conceded\)/);
  });

  it("are moved on by anybody once the executor has let its time pass", async () => {
    const request = await overcharged();
    await client.tell("dispute", "open", request, "--yes");
    const { disputes } = (await executor.tell("disputes")) as { disputes: { id: string; state: string }[] };
    const id = disputes.find(({ state }) => state === "open")?.id ?? expect.fail("There is no dispute.");
    await chain.request("evm_increaseTime", Number(measuredDisputesFacts.ANSWER_PERIOD) + 60);
    await chain.request("evm_mine");
    expect(await refusal(executor, "dispute", "concede", id)).toMatch(/too late to admit/);
    await executor.tell("dispute", "close", id, "--yes");
    expect(await client.tell("dispute", "show", id)).not.toMatchObject({ state: "answer" });
  });

  it("are no dispute that nobody opened", async () => {
    expect(await refusal(client, "dispute", "show", SALT)).toMatch(/There is no dispute 0x5a/);
  });
});

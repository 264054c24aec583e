import type { Address } from "@lloom/protocol/commitment-types";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { deployLloom, startChain, type TestChain, type TestDeployment } from "../../../../test/support/chain.ts";
import { openGate, type RpcGate } from "../../../../test/support/rpc-gate.ts";
import { allocate, deposit, faucet, requestUnlock } from "../../chain/account/actions.ts";
import { type Chain, openChain } from "../../chain/chain.ts";
import { principalReader } from "../../chain/read/principals.ts";
import { createLog } from "../../log.ts";
import type { Identity } from "../../wallet/identity.ts";
import { readKnownChannel, settledNonceReader } from "./chain-facts.ts";

const TOKEN = 1_000_000n;
const EXECUTOR: Address = `0x${"ee".repeat(20)}`;
const log = createLog({ level: "silent", name: "test" });
let ground: TestChain;
let deployment: TestDeployment;
let gate: RpcGate;
let chain: Chain;
let own: Chain;
let principal: Identity;
let used = 0;

const open = (rpcUrl: string, identity?: Identity): Promise<Chain> =>
  openChain({
    ...{ rpcUrl, log, accounting: deployment.accounting, signal: new AbortController().signal },
    ...(identity === undefined ? {} : { identity }),
  });

beforeAll(async () => {
  ground = await startChain();
  deployment = await deployLloom(ground.rpcUrl);
});
afterAll(() => ground[Symbol.asyncDispose]());
beforeEach(async () => {
  used++;
  principal = ground.accounts[used] as Identity;
  const stack = new AsyncDisposableStack();
  gate = stack.use(await openGate(ground.rpcUrl));
  chain = stack.use(await open(gate.rpcUrl));
  own = stack.use(await open(ground.rpcUrl, principal));
  gate.methods.length = 0;
  return () => stack.disposeAsync();
});

const reads = (): number => gate.methods.filter((method) => method === "eth_call").length;

/** Makes an address a session signer of the principal, or takes that back. */
async function name(action: "authorizeSigner" | "revokeSigner", signer: Identity): Promise<void> {
  const { accounting } = own.contracts;
  const deadline = (await own.nowSeconds()) + 3600n;
  const authorization = { principal: principal.address, signer: signer.address, nonce: 1n, deadline };
  const possession = signer.sign(createCommitmentHasher(own.domain).hashSignerAuthorization(authorization));
  const call =
    action === "revokeSigner"
      ? await accounting.revokeSigner.populateTransaction(signer.address)
      : await accounting.authorizeSigner.populateTransaction(signer.address, deadline, 1n, possession);
  await own.sender?.send({
    what: action,
    to: deployment.accounting,
    data: call.data as `0x${string}`,
    gasLimit: 500_000n,
  });
}

test("takes a session signer for its principal while it is in force, and a revoked one for nobody", async () => {
  const signer = ground.accounts[19 - used] as Identity;
  let nowMs = 0;
  const principalOf = principalReader(chain, () => nowMs);
  expect(await principalOf(signer.address)).toBeUndefined();
  await name("authorizeSigner", signer);
  // Its transaction may have been on the way: nobody stays nobody for some seconds only.
  expect(await principalOf(signer.address)).toBeUndefined();
  nowMs += 5_001;
  expect(await principalOf(signer.address)).toBe(principal.address);
  await name("revokeSigner", signer);
  const asked = reads();
  // A revoked one counts for the unlock delay on chain; that is more than this memory.
  expect(await principalOf(signer.address)).toBe(principal.address);
  expect(reads()).toBe(asked);
  expect(own.unlockDelaySeconds).toBeGreaterThan(60n);
  nowMs += 60_001;
  expect(await principalOf(signer.address)).toBeUndefined();
});

test("asks the chain once for an address, however many wait, and seldom for strangers", async () => {
  const principalOf = principalReader(chain, () => 0);
  const one: Address = `0x${"01".repeat(20)}`;
  await Promise.all(Array.from({ length: 64 }, () => principalOf(one)));
  expect(await principalOf(one)).toBeUndefined();
  expect(reads()).toBe(1);
  const strangers = Array.from({ length: 500 }, (_, index): Address => `0x${index.toString(16).padStart(40, "2")}`);
  const outcomes = await Promise.allSettled(strangers.map((signer) => principalOf(signer)));
  const refused = outcomes.filter(({ status }) => status === "rejected");
  expect(refused[0]).toMatchObject({ reason: { code: "RATE_LIMITED", retryable: true } });
  expect(reads()).toBeLessThan(100);
});

test("tells a channel with how far the chain's clock is ahead of this one", async () => {
  await faucet(own);
  await deposit(own, 10n * TOKEN);
  await allocate(own, EXECUTOR, 5n * TOKEN);
  await requestUnlock(own, EXECUTOR, 2n * TOKEN);
  await ground.request("evm_increaseTime", 19 * 3600);
  await ground.request("evm_mine");
  const client = principal.address;
  for (const skewSeconds of [-700, 0, 600]) {
    const nowMs = Number(await chain.nowSeconds()) * 1000 + skewSeconds * 1000;
    const known = await readKnownChannel(chain, { client, executor: EXECUTOR, nowMs });
    expect(known).toMatchObject({ balance: 5n * TOKEN, unlocking: 2n * TOKEN });
    // A clock that is ahead of a chain's latest block is no news: blocks come now and then.
    expect(known.skewSeconds).toBe(skewSeconds < 0 ? BigInt(-skewSeconds) : 0n);
  }
});

test("asks the chain once for how far a lane was settled before", async () => {
  const settledNonce = settledNonceReader(chain, EXECUTOR);
  const client = principal.address;
  expect([await settledNonce(client, 1n), await settledNonce(client, 1n)]).toEqual([0n, 0n]);
  expect(reads()).toBe(1);
  await settledNonce(client, 2n);
  await settledNonce(EXECUTOR, 1n);
  expect(reads()).toBe(3);
});

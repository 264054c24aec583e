import assert from "node:assert/strict";
import { hexlify, randomBytes, TypedDataEncoder, Wallet } from "ethers";
import { SIGNER_AUTHORIZATION_TYPES, signDigest } from "../support/contracts/typed-data.ts";
import { InjectedWallet } from "../support/injected-wallet.ts";
import { open, type Visit } from "./explorer-dispute-page.ts";
import { checkReadable } from "./explorer-quality.ts";
import { checkDisputing, checkStake } from "./explorer-wallet-deeds.ts";
import {
  act,
  confirm,
  DAY_SECONDS,
  type Desk,
  fill,
  free,
  id,
  lower,
  problem,
  review,
  tokens,
  told,
  UNIT,
} from "./explorer-wallet-desk.ts";
import type { StagedDisputes } from "./staged-disputes.ts";

/*
 * Everything that a wallet does in the explorer, in a real browser on the real contracts, and held against them to the unit.
 */

declare const document: { readonly title: string };

const TIMEOUT_MS = 60_000;

/** Without a wallet the page says so; with one on another chain nothing can be done before it is on the network's. */
async function checkConnecting(desk: Desk): Promise<void> {
  const { page, wallet, staged } = desk;
  await open(desk, "/account");
  await id(desk, "wallet-connect").waitFor();
  await checkReadable(page, "/account with a wallet");
  wallet.declines.push("eth_requestAccounts");
  await id(desk, "wallet-connect").click();
  await told(desk, /You declined in the wallet/);
  await id(desk, "wallet-connect").click();
  await id(desk, "wrong-chain").waitFor();
  await page.waitForURL(new RegExp(`address=${lower(wallet.account.address)}`));
  await page.waitForFunction(() => document.title !== "");
  await checkReadable(page, "/account on the wrong chain");
  await id(desk, "switch-chain").click();
  await page.locator('[data-testid="account-facts"]').waitFor();
  const [added] = wallet.added as { chainId: string; rpcUrls: string[] }[];
  assert.deepEqual(added?.rpcUrls, [staged.rpcServer.url]);
  assert.equal(BigInt(added?.chainId ?? 0), 31_337n);
}

/** What is typed wrongly is told beside its field, and nothing is asked of the wallet. */
async function checkFields(desk: Desk): Promise<void> {
  await review(desk, "deposit", { amount: "ten" });
  await problem(desk, "amount", /not an amount such as 1\.5/);
  await checkReadable(desk.page, "/account with a wrong amount");
  for (const [amount, words] of [
    ["", /Give an amount in tUSD/],
    ["0.0000001", /more than the token's 6 decimals/],
    ["100.000001", /The wallet holds 100 tUSD/],
    ["0", /more than zero/],
  ] as const) {
    await fill(desk, { amount });
    await problem(desk, "amount", words);
  }
  await review(desk, "allocate", { executor: "0x12", amount: "1" });
  await problem(desk, "executor", /0x and 40 hexadecimal digits/);
  await problem(desk, "amount", /The free deposit holds 0 tUSD/);
  const { address } = desk.staged.executor;
  await fill(desk, { executor: address.slice(0, -1) + (address.endsWith("a") ? "b" : "a"), amount: "1" });
  await problem(desk, "executor", /EIP-55/);
}

/** By a permit: one signature, one transaction, no allowance left. */
async function checkDeposit(desk: Desk): Promise<void> {
  const { wallet, page, staged } = desk;
  const { address } = wallet.account;
  await review(desk, "deposit", { amount: "10.000001" });
  await page.locator('[data-testid="plan"][data-route="permit"]').waitFor();
  await checkReadable(page, "/account with a plan");
  const effects = await id(desk, "plan-effects").innerText();
  assert.match(
    effects,
    new RegExp(`10\\.000001 tUSD leave the wallet ${lower(address)}.*${lower(staged.market.accounting.address)}`, "i"),
  );
  wallet.declines.push("eth_signTypedData_v4");
  await id(desk, "plan-confirm").click();
  await told(desk, /You declined in the wallet/);
  assert.equal(await free(desk, address), 0n, "Nothing moves without the owner.");
  await confirm(desk);
  assert.match(await id(desk, "changes").innerText(), /Free deposit\s+0\.00 tUSD.*10\.000001 tUSD/s);
  await checkReadable(page, "/account with a deed done");
  assert.equal(await free(desk, address), 10n * UNIT + 1n);
  assert.equal(await tokens(desk, address), 90n * UNIT - 1n);
  assert.equal(await staged.market.token.read("allowance", address, staged.market.accounting.address), 0n);
}

interface Channel {
  readonly balance: bigint;
  readonly unlocking: bigint;
}

/** Money goes into a channel, waits a day, and comes out again. */
async function checkChannel(desk: Desk): Promise<void> {
  const { staged, wallet } = desk;
  const { market, executor } = staged;
  const { address } = wallet.account;
  const channel = async (): Promise<Channel> =>
    (await market.accounting.read("channels", address, executor.address)) as Channel;
  await act(desk, "allocate", { executor: executor.address, amount: "4" });
  assert.equal((await channel()).balance, 4n * UNIT);
  assert.match(
    await act(desk, "unlock", { executor: executor.address, amount: "1.5" }),
    /until the end the executor can still be paid/,
  );
  assert.equal((await channel()).unlocking, (15n * UNIT) / 10n);
  await review(desk, "finish-unlock", { executor: executor.address });
  await problem(desk, "executor", /locked until 20\d\d-/);
  await act(desk, "cancel-unlock", { executor: executor.address });
  assert.equal((await channel()).unlocking, 0n);
  await act(desk, "unlock", { executor: executor.address, amount: "all" });
  await market.networkHelpers.time.increase(DAY_SECONDS + 1);
  await act(desk, "finish-unlock", { executor: executor.address });
  assert.equal((await channel()).balance, 0n);
  assert.equal(await free(desk, address), 10n * UNIT + 1n);
}

/** What changes between review and sending is noticed, and told by the contract's own reason. */
async function checkRevert(desk: Desk): Promise<void> {
  const { staged, wallet, page } = desk;
  const sender = wallet.account.connect(staged.market.connection.ethers.provider);
  await review(desk, "withdraw", { amount: "10" });
  await id(desk, "plan-confirm").waitFor();
  await staged.market.accounting.send(sender, "withdraw", wallet.account.address, 10n * UNIT);
  await id(desk, "plan-confirm").click();
  await told(
    desk,
    /The contract refuses: the free deposit holds 0\.000001 tUSD, asked were 10 tUSD \[AccountingInsufficientDeposit/,
  );
  await checkReadable(page, "/account with a refusal");
  const other = lower(Wallet.createRandom().address);
  assert.match(
    await act(desk, "withdraw", { amount: "all", to: other }),
    new RegExp(`${other}, which is not the connected wallet`),
  );
  assert.equal(await tokens(desk, other), 1n);
}

/** A session key in the same step as a deposit, where the wallet sends both as one. */
async function checkSigner(desk: Desk): Promise<void> {
  const { staged, wallet, page } = desk;
  const { accounting, domain } = staged.market;
  const { address } = wallet.account;
  const key = Wallet.createRandom();
  const authorization = {
    principal: lower(address),
    signer: lower(key.address),
    deadline: await staged.market.deadline(),
    nonce: BigInt(hexlify(randomBytes(8))),
  };
  const digest = TypedDataEncoder.hash(domain, SIGNER_AUTHORIZATION_TYPES, authorization);
  const proof = JSON.stringify(
    {
      ...{ format: "lloom-signer-1", chainId: String(domain.chainId), accounting: lower(accounting.address) },
      ...{ authorization, possession: signDigest(key as never, digest) },
    },
    (_, value) => (typeof value === "bigint" ? String(value) : value),
  );
  await review(desk, "authorize-signer", { proof: proof.replace(lower(key.address), lower(address)) });
  await problem(desk, "proof", /not signed by the session key/);
  wallet.batches = true;
  await review(desk, "deposit", { amount: "5", proof });
  await page.locator('[data-testid="plan"][data-route="batch"]').waitFor();
  assert.equal(await id(desk, "plan-calls").locator("li").count(), 3);
  await confirm(desk);
  wallet.batches = false;
  const signer = async () => (await accounting.read("signers", key.address)) as { principal: string; thawEnd: bigint };
  assert.equal(await free(desk, address), 5n * UNIT);
  assert.equal((await signer()).principal, address);
  await act(desk, "revoke-signer", { signer: key.address });
  assert.ok((await signer()).thawEnd > 0n, "It ends.");
}

/** Wallets in the explorer: what they are told before they sign, and what came of it on the chain. */
export async function checkWallets(
  visit: Visit,
  staged: StagedDisputes,
  indexed: Desk["indexed"],
  name = "wallet owner",
): Promise<void> {
  const { market, rpcServer } = staged;
  const account = await market.fund(name, 100n * UNIT);
  await market.token.send(account, "approve", market.accounting.address, 0n);
  const context = await visit.browser.newContext({ viewport: { width: 1280, height: 900 }, locale: "en-US" });
  context.setDefaultTimeout(TIMEOUT_MS);
  try {
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(String(error)));
    await open({ ...visit, page }, "/account");
    await page.getByText("No wallet in this browser").waitFor();
    await checkReadable(page, "/account without a wallet");
    using wallet = new InjectedWallet({ rpcUrl: rpcServer.url, account, name: "Test wallet", chainId: 1n });
    await wallet.install(context);
    const desk = { ...visit, page, wallet, staged, indexed };
    await checkConnecting(desk);
    await checkFields(desk);
    await checkDeposit(desk);
    await checkChannel(desk);
    await checkRevert(desk);
    await checkSigner(desk);
    await checkStake(desk);
    await checkDisputing(desk);
    await open(desk, "/account");
    await id(desk, "wallet-disconnect").click();
    await id(desk, "wallet-connect").waitFor();
    assert.deepEqual(complaints, [], "The browser has nothing to complain about.");
  } finally {
    await context.close();
  }
}

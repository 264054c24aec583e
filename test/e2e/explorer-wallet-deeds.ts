import assert from "node:assert/strict";
import { LANE_START, requestAfter, responseTo, signPair } from "../support/contracts/lane.ts";
import { open } from "./explorer-dispute-page.ts";
import {
  act,
  confirm,
  DAY_SECONDS,
  type Desk,
  id,
  problem,
  review,
  tokens,
  told,
  UNIT,
} from "./explorer-wallet-desk.ts";

interface Member {
  readonly stake: bigint;
  readonly unbonding: bigint;
}

/** Stake goes in by two transactions, and out after its time. */
export async function checkStake(desk: Desk): Promise<void> {
  const { staged, wallet } = desk;
  const { market } = staged;
  const { stakeRegistry, token, networkHelpers } = market;
  const minted = 50n * UNIT;
  const name = `member ${wallet.account.address}`;
  wallet.account = await market.enrol(name);
  await market.fund(name, minted);
  await token.send(wallet.account, "approve", stakeRegistry.address, 0n);
  const { address } = wallet.account;
  const member = async (): Promise<Member> => (await stakeRegistry.read("members", address)) as Member;
  const { stake } = await member();
  await act(desk, "stake", { amount: "50" });
  assert.equal(await id(desk, "step").count(), 2, "The allowance, and the stake.");
  assert.equal((await member()).stake, stake + minted);
  await review(desk, "unbond", { amount: String((stake + minted) / UNIT - 1n) });
  await problem(desk, "amount", /would be left, and the least stake is/);
  await act(desk, "unbond", { amount: "50" });
  await review(desk, "finish-unbond", {});
  await problem(desk, "to", /unbonding until 20\d\d-/);
  await act(desk, "cancel-unbond");
  assert.deepEqual([(await member()).stake, (await member()).unbonding], [stake + minted, 0n]);
  await act(desk, "unbond", { amount: "50" });
  await networkHelpers.time.increase(14 * DAY_SECONDS + 1);
  const before = await tokens(desk, address);
  await act(desk, "finish-unbond");
  assert.equal((await tokens(desk, address)) - before, minted);
  await review(desk, "unjail", {});
  await told(desk, /The contract refuses: /);
  assert.equal(await id(desk, "plan-confirm").count(), 0, "What would be refused is not sent.");
}

/** An answer is settled, disputed from its own page, and the dispute is taken back; another one ends by its deadline. */
export async function checkDisputing(desk: Desk): Promise<void> {
  const { staged, wallet, page } = desk;
  const { market, executor } = staged;
  wallet.account = await market.open(`wallet disputant ${wallet.account.address}`, executor.address);
  const settled = async (lane: bigint) => {
    const parties = {
      domain: market.domain,
      client: wallet.account,
      executor,
      deadline: await market.deadline(),
      lane,
    };
    const request = requestAfter(parties, LANE_START);
    const signed = signPair(
      parties,
      request,
      responseTo(request, LANE_START, { inboundTokens: 20n, outboundTokens: 400n }),
    );
    await market.accounting.send(executor, "settle", [signed.pair]);
    await market.networkHelpers.time.increaseTo(parties.deadline + 1n);
    return signed.responseHash;
  };
  const dispute = async (lane: bigint) => {
    const responseHash = await settled(lane);
    await desk.indexed();
    await open(desk, `/search?q=${responseHash}`);
    await id(desk, "dispute-settlement").click();
    await page.waitForURL(/do=dispute/);
    await page.locator('[data-testid="account-facts"]').waitFor();
    await id(desk, "action-review").click();
    assert.match(await id(desk, "plan-effects").innerText(), /as a bond to DeliveryDisputes/);
    await confirm(desk);
    const { state, opener } = (await market.delivery.read("deliveries", responseHash)) as {
      state: bigint;
      opener: string;
    };
    assert.deepEqual([state, opener], [1n, wallet.account.address], "It is open.");
    return responseHash;
  };
  await act(desk, "cancel-dispute", { dispute: await dispute(1n) });
  const bonds = (await market.delivery.read("bondsOf", wallet.account.address)) as bigint;
  assert.ok(bonds > 0n);
  await act(desk, "bonds");
  assert.equal(await market.delivery.read("bondsOf", wallet.account.address), 0n);
  const unanswered = await dispute(2n);
  await review(desk, "end-dispute", { dispute: unanswered });
  await problem(desk, "dispute", /The executor has until 20\d\d-/);
  await market.networkHelpers.time.increase(DAY_SECONDS / 2 + 1);
  await act(desk, "end-dispute", { dispute: unanswered });
  const { state } = (await market.delivery.read("deliveries", unanswered)) as { state: bigint };
  assert.equal(state, 6n, "It ended for want of an answer.");
  await act(desk, "rewards");
  const { credited, withdrawn } = (await market.stakeRegistry.read("rewards", wallet.account.address)) as {
    credited: bigint;
    withdrawn: bigint;
  };
  assert.deepEqual([credited > 0n, withdrawn], [true, credited]);
  wallet.account = executor;
  const due = (await market.accounting.read("withdrawableEarnings", executor.address)) as bigint;
  const had = await tokens(desk, executor.address);
  await act(desk, "earnings");
  assert.deepEqual([due > 0n, (await tokens(desk, executor.address)) - had], [true, due]);
}

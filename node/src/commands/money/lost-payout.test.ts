import { ZeroAddress } from "ethers";
import { afterAll, beforeAll, expect, it } from "vitest";
import { deployLloom, startChain, type TestDeployment } from "../../../../test/support/chain.ts";
import { silentLog } from "../../../../test/support/hosts.ts";
import { type Chain, openChain } from "../../chain/chain.ts";
import { findJudges } from "../../chain/disputes/judges.ts";
import { openMeasuredCourt } from "../../chain/disputes/measured-court.ts";
import { refuseLostPayout } from "./lost-payout.ts";

const stack = new AsyncDisposableStack();
let deployment: TestDeployment;
let chain: Chain;

beforeAll(async () => {
  const { rpcUrl } = stack.use(await startChain());
  deployment = await deployLloom(rpcUrl);
  const signal = AbortSignal.timeout(60_000);
  chain = stack.use(await openChain({ rpcUrl, accounting: deployment.accounting, signal, log: silentLog }));
}, 120_000);
afterAll(() => stack.disposeAsync());

it("pays out to no contract of the deployment, and to nobody", { timeout: 60_000 }, async () => {
  const { disputes, jury, deposits, penalties } = (await openMeasuredCourt(chain)) ?? expect.fail("There is no court.");
  const judges = await findJudges(chain);
  const lost = new Set([...Object.values(deployment), ...judges, disputes, jury, deposits, penalties, ZeroAddress]);
  for (const to of lost)
    await expect(refuseLostPayout(chain, to as `0x${string}`), to).rejects.toMatchObject({ code: "COMMAND_INVALID" });
});

it("pays out to a wallet, whether it is a key or a contract", { timeout: 60_000 }, async () => {
  const owner = (await chain.provider.getSigner(0)) as { readonly address: string };
  await refuseLostPayout(chain, owner.address.toLowerCase() as `0x${string}`);
  const wallet: `0x${string}` = `0x${"5afe".repeat(10)}`;
  // Gives back the address of whoever asks, whatever it is asked.
  await chain.provider.send("hardhat_setCode", [wallet, "0x3360005260206000f3"]);
  await refuseLostPayout(chain, wallet);
});

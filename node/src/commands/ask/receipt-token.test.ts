import { pino } from "pino";
import { afterAll, beforeAll, expect, it } from "vitest";
import { deployLloom, startChain, type TestChain, type TestDeployment } from "../../../../test/support/chain.ts";
import { knownNetwork } from "../../../../test/support/network-book.ts";
import { openGate } from "../../../../test/support/rpc-gate.ts";
import type { Settings } from "../../settings.ts";
import { type ReceiptToken, receiptToken } from "./receipt-token.ts";

const BOOK = { known: knownNetwork(5, "USDC") };
const KNOWN = { chainId: 5n, accounting: BOOK.known.contracts.AccountingV2 };

let chain: TestChain;
let deployment: TestDeployment;
beforeAll(async () => {
  chain = await startChain();
  deployment = await deployLloom(chain.rpcUrl);
}, 120_000);
afterAll(() => chain[Symbol.asyncDispose]());

const tokenOf = (
  domain: { chainId: bigint; accounting: `0x${string}` },
  settings: Partial<Settings>,
): Promise<ReceiptToken> =>
  receiptToken(
    {
      settings: { rpc: "http://127.0.0.1:1", startBlock: 0, ...settings } as Settings,
      signal: AbortSignal.timeout(60_000),
      log: pino({ level: "silent" }),
    },
    domain,
    BOOK,
  );

it("is the address book's, and no chain is asked", async () => {
  expect(await tokenOf(KNOWN, {})).toMatchObject({ token: { symbol: "USDC", decimals: 6 } });
});

it("is what the chain says of the deployment that the settings choose", { timeout: 60_000 }, async () => {
  const { accounting, paymentToken } = deployment;
  const domain = { chainId: 31337n, accounting };
  expect(await tokenOf(domain, { accounting, rpc: chain.rpcUrl })).toEqual({
    token: { symbol: "tUSD", decimals: 6, address: paymentToken },
  });
  expect(await tokenOf({ ...domain, chainId: 1n }, { accounting, rpc: chain.rpcUrl })).toEqual({
    why: "the RPC server is of chain 31337",
  });
});

it("is not asked of a deployment that the receipt alone names", { timeout: 60_000 }, async () => {
  await using gate = await openGate(chain.rpcUrl);
  const domain = { chainId: 31337n, accounting: deployment.accounting };
  expect((await tokenOf(domain, { rpc: gate.rpcUrl })).why).toContain("name the deployment");
  const other = { accounting: deployment.stakeRegistry, rpc: gate.rpcUrl };
  expect((await tokenOf(domain, other)).why).toContain("another deployment");
  expect(gate.methods).toEqual([]);
});

it("is not waited for when the chain does not serve", { timeout: 60_000 }, async () => {
  const { accounting } = deployment;
  const domain = { chainId: 31337n, accounting };
  await using gate = await openGate(chain.rpcUrl);
  gate.decide = () => "hang";
  expect(await tokenOf(domain, { accounting, rpc: gate.rpcUrl })).toEqual({
    why: "the RPC server did not answer in time",
  });
  expect((await tokenOf(domain, { accounting })).why).toContain("does not serve");
});

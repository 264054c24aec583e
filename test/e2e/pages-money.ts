import type { Address } from "@lloom/protocol/commitment-types";
import { expect } from "vitest";
import type { Devnet } from "../../devnet/src/devnet.ts";
import { type Chain, openChain } from "../../node/src/chain/chain.ts";
import { findChannels } from "../../node/src/chain/read/channels-of.ts";
import { readEarnings } from "../../node/src/chain/read/earnings.ts";
import { readDeposit, readTokenBalance } from "../../node/src/chain/reads.ts";
import { silentLog } from "../support/hosts.ts";
import { eventually } from "../support/processes.ts";

const DUE_MS = 120_000;
/** Questions of one lane: the last is not acknowledged, and its price free later. */
const QUESTIONS = 3;
/** After which an unlock may be finished. */
const DAY_SECONDS = 86_400;

interface Reader {
  readonly address: Address;
  readonly names: Record<string, string>;
  run(command: string): Promise<{ readonly output: string }>;
}

/** The network's gateway asks nobody but this seller, once it has heard of it. */
export async function buyFrom({ address }: Pick<Reader, "address">, { gatewayUrl }: Devnet): Promise<void> {
  let answered = 0;
  await eventually(`${address} has answered ${QUESTIONS} questions`, DUE_MS, async () => {
    const body = JSON.stringify({
      ...{ model: "lloom-tiny", max_tokens: 16, provider: { only: [address] } },
      messages: [{ role: "user", content: `What is ${answered} + 2?` }],
    });
    const headers = { "content-type": "application/json" };
    const response = await fetch(`${gatewayUrl}/v1/chat/completions`, { method: "POST", headers, body });
    await response.text();
    if (response.ok) answered += 1;
    return answered === QUESTIONS;
  });
}

/** What is free of the settled price of every answer is in the wallet after `run`, to the unit. */
export async function expectEarningsArrive(reader: Reader, devnet: Devnet, run: () => Promise<void>): Promise<void> {
  await using chain = await chainOf(devnet);
  const before = await readTokenBalance(chain, reader.address);
  const { settled, withdrawable } = await readEarnings(chain, reader.address);
  expect(settled).toBe(await costOfReceipts(reader));
  expect(withdrawable).toBeGreaterThan(0n);
  await run();
  expect(await readTokenBalance(chain, reader.address)).toBe(before + withdrawable);
}

interface Leaving {
  readonly commands: readonly string[];
  readonly run: (command: string) => Promise<void>;
}

/** What was deposited less the price of every receipt is in the wallet afterwards, and nothing anywhere else. */
export async function expectRestComesBack(reader: Reader, devnet: Devnet, { commands, run }: Leaving): Promise<void> {
  await using chain = await chainOf(devnet);
  const before = await readTokenBalance(chain, reader.address);
  const deposited = 10n * 10n ** BigInt(chain.tokenDecimals);
  for (const command of commands) {
    if (command.endsWith("--finish")) await moveOn(chain);
    const channels = command.includes("EXECUTOR") ? await findChannels(chain, reader.address, "client") : [undefined];
    for (const channel of channels) {
      if (channel !== undefined) reader.names["EXECUTOR"] = channel.peer;
      await run(command);
    }
  }
  expect(await readDeposit(chain, reader.address)).toBe(0n);
  expect(await findChannels(chain, reader.address, "client")).toEqual([]);
  const spent = await costOfReceipts(reader);
  expect(spent).toBeGreaterThan(0n);
  expect((await readTokenBalance(chain, reader.address)) - before).toBe(deposited - spent);
}

const chainOf = ({ rpcUrl, deployment: { accounting } }: Devnet): Promise<Chain> =>
  openChain({ rpcUrl, accounting, signal: AbortSignal.timeout(10 * DUE_MS), log: silentLog });

async function moveOn({ provider }: Chain): Promise<void> {
  await provider.send("evm_increaseTime", [DAY_SECONDS]);
  await provider.send("evm_mine", []);
}

/** By the log of whoever bought or sold. */
async function costOfReceipts(reader: Reader): Promise<bigint> {
  const { output } = await reader.run("./lloom receipts list --json --limit 1000");
  const lines = output.trim().split("\n");
  return lines.reduce((sum, line) => sum + BigInt((JSON.parse(line) as { cost?: string }).cost ?? 0), 0n);
}

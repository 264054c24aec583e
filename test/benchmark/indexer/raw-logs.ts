import { performance } from "node:perf_hooks";
import type { Market } from "../../support/contracts/market.ts";
import { median } from "../serving/percentile.ts";

const BLOCKS = 500;
const ROUNDS = 3;
/** What is not final yet is no part of the past. */
const NOT_FINAL = 30;

/** How many of the contracts' logs an RPC server hands out, and how many of them a second to one who asks for nothing else. */
export async function rawLogs(
  rpcUrl: string,
  market: Market,
  audits: string,
): Promise<{ readonly events: number; readonly perSecond: number }> {
  const { accounting, stakeRegistry, disputes, delivery, measured, deposits, jury } = market;
  const contracts = [accounting, stakeRegistry, disputes, delivery, measured, deposits, jury];
  const address = [audits, ...contracts.map((contract) => contract.address)];
  const head = (await market.connection.ethers.provider.getBlockNumber()) - NOT_FINAL;
  const quantity = (value: number) => `0x${value.toString(16)}`;
  let events = 0;
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    events = 0;
    const before = performance.now();
    for (let from = 0; from <= head; from += BLOCKS) {
      const range = { fromBlock: quantity(from), toBlock: quantity(Math.min(head, from + BLOCKS - 1)) };
      const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_getLogs", params: [{ address, ...range }] });
      const response = await fetch(rpcUrl, { method: "POST", headers: { "content-type": "application/json" }, body });
      const { result } = (await response.json()) as { result: unknown[] };
      events += result.length;
    }
    rates.push(events / ((performance.now() - before) / 1_000));
  }
  return { events, perSecond: median(rates) };
}

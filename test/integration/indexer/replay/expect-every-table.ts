import { auditsAbi } from "@lloom/protocol/generated/abi";
import { Contract } from "ethers";
import { expect } from "vitest";
import { callable } from "../../../support/contracts/callable.ts";
import type { Market } from "../../../support/contracts/market.ts";
import type { Indexer } from "../ponder-process.ts";
import { differences } from "./differences.ts";

/** Every table of the index is, to the unit, what the chain's logs come to by themselves. Returns how many rows that are. */
export async function expectEveryTable(indexer: Indexer, market: Market, audits: string): Promise<number> {
  const { provider } = market.connection.ethers;
  await indexer.reaches(await provider.getBlockNumber());
  const contract = await callable(new Contract(audits, auditsAbi, provider));
  const { wrong, rows } = await differences(indexer, market, contract);
  expect(wrong).toEqual([]);
  return rows;
}

import type { ContractTransactionReceipt } from "ethers";
import type { Market } from "../support/contracts/market.ts";
import { floorOf } from "./floor.ts";
import type { GasFigure } from "./rows.ts";

export interface FigureOptions {
  readonly target?: number;
  /** What others take for the same. */
  readonly reference?: number;
  /** Answers, lanes: the gas is shared among so many, rounded up. */
  readonly parts?: number;
}

export const gasOf = (receipt: ContractTransactionReceipt): number => Number(receipt.gasUsed);

/** What a transaction took, and below it the floor: the least that its effects cost, as a part of what it took. */
export async function figuresOf(
  { connection }: Market,
  name: string,
  receipt: ContractTransactionReceipt,
  { parts = 1, ...compared }: FigureOptions = {},
): Promise<GasFigure[]> {
  const value = Math.ceil(gasOf(receipt) / parts);
  const floor = Math.ceil((await floorOf(connection.ethers.provider, receipt)) / parts);
  return [
    { name, value, ...compared },
    { name: `${name}.floor`, value: floor, reference: value },
  ];
}

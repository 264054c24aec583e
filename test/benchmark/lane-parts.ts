import { type ContractTransactionReceipt, getBytes } from "ethers";
import { openMarket } from "../support/contracts/market.ts";
import { gasOf } from "./figures.ts";
import { settleClients } from "./gas.ts";
import type { BenchRow } from "./rows.ts";

const LANES = 10;
const TRANSACTION = 21_000;
const CALLDATA_ZERO = 4;
const CALLDATA_NONZERO = 16;
const RECOVERY = 3_000;
const RECOVER_ADDRESS = 1n;

interface Step {
  readonly op: string;
  readonly gasCost: number;
  readonly depth: number;
  /** Words in hex without a prefix; the top is last. */
  readonly stack: readonly string[];
}

/** What one of ten lanes costs, by what it is for; all lines add up to the first one. */
export async function run(): Promise<BenchRow[]> {
  const market = await openMarket();
  try {
    const { settled } = await settleClients(market);
    const trace = await market.connection.ethers.provider.send("debug_traceTransaction", [
      settled.hash,
      { disableMemory: true, disableStorage: true },
    ]);
    const parts = partsOf((trace as { readonly structLogs: readonly Step[] }).structLogs);
    const calldata = await calldataOf(settled);
    const all = gasOf(settled);
    const named = [calldata, TRANSACTION, ...Object.values(parts)].reduce((sum, gas) => sum + gas, 0);
    return Object.entries({ all, calldata, transaction: TRANSACTION, ...parts, computing: all - named }).map(
      ([name, gas]) => ({ name: `lane.${name}`, value: gas / LANES, unit: "gas", met: true }),
    );
  } finally {
    await market.connection.close();
  }
}

async function calldataOf(receipt: ContractTransactionReceipt): Promise<number> {
  const bytes = getBytes((await receipt.getTransaction()).data);
  const nonzero = bytes.filter((byte) => byte !== 0).length;
  return CALLDATA_NONZERO * nonzero + CALLDATA_ZERO * (bytes.length - nonzero);
}

/** Gas of storage, events, hashes and signatures. */
function partsOf(steps: readonly Step[]) {
  const slots = new Map<string, { gas: number; at: number[] }>();
  const gas = { event: 0, hashes: 0, recovered: 0 };
  let recoveries = 0;
  for (const { op, gasCost, depth, stack } of steps) {
    if (op === "STATICCALL" && BigInt(`0x${stack.at(-2)?.replace(/^0x/, "")}`) === RECOVER_ADDRESS) {
      gas.recovered += RECOVERY;
      recoveries += 1;
    } else if (op.startsWith("LOG")) gas.event += gasCost;
    else if (op === "KECCAK256") gas.hashes += gasCost;
    else if (op === "SLOAD" || op === "SSTORE") {
      const key = `${depth}:${stack.at(-1)}`;
      const slot = slots.get(key) ?? { gas: 0, at: [] };
      slots.set(key, { gas: slot.gas + gasCost, at: [...slot.at, Math.floor(recoveries / 2)] });
    }
  }
  // A lane may be looked at just before its signatures are.
  const isOwn = ({ at }: { readonly at: readonly number[] }): boolean => Math.max(...at) - Math.min(...at) <= 1;
  const sumOf = (own: boolean): number =>
    [...slots.values()].filter((slot) => isOwn(slot) === own).reduce((sum, slot) => sum + slot.gas, 0);
  return { ...gas, ownSlots: sumOf(true), sharedSlots: sumOf(false) };
}

import { type ContractTransactionReceipt, getBytes, toBeHex } from "ethers";

/** The gas schedule since Prague: EIP-2028, 2929, 3529, 7623, and the yellow paper. */
const TRANSACTION = 21_000;
const CALLDATA_ZERO = 4;
const CALLDATA_NONZERO = 16;
const CALLDATA_FLOOR_PER_TOKEN = 10;
const COLD_SLOT = 2_100;
const SLOT_SET = 20_000;
const SLOT_CHANGED = 2_900;
const SLOT_CLEARED_REFUND = 4_800;
const COLD_ACCOUNT = 2_600;
const LOG = 375;
const LOG_BYTE = 8;
const RECOVERY = 3_000;
/** Refunds pay back at most one part of so many. */
const REFUND_DIVISOR = 5;

const RECOVER_ADDRESS = 1n;
const LAST_PRECOMPILE = 0x1ffn;
const CALLS = ["CALL", "STATICCALL", "DELEGATECALL"];

/** A chain that can say what a transaction did. */
export interface TracingChain {
  getStorage(address: string, slot: string, block: number): Promise<string>;
  send(method: string, parameters: unknown[]): Promise<unknown>;
}

interface Step {
  readonly op: string;
  readonly depth: number;
  /** Words in hex without a prefix; the top is last. */
  readonly stack: readonly string[];
}

/** What a transaction touched. */
interface Touched {
  /** `address:slot`, both in hex. */
  readonly slots: Set<string>;
  readonly accounts: Set<string>;
  recoveries: number;
}

/**
 * Gas that any contract has to pay for the same calldata, the same signatures, the same storage, the same accounts and the
 * same events, if all its computing were free.
 */
export async function floorOf(chain: TracingChain, receipt: ContractTransactionReceipt): Promise<number> {
  const calldata = getBytes((await receipt.getTransaction()).data);
  const nonzero = calldata.filter((byte) => byte !== 0).length;
  const zero = calldata.length - nonzero;
  const { slots, accounts, recoveries } = await touchedBy(chain, receipt);
  let gas = TRANSACTION + CALLDATA_NONZERO * nonzero + CALLDATA_ZERO * zero;
  gas += COLD_ACCOUNT * accounts.size + RECOVERY * recoveries;
  for (const { topics, data } of receipt.logs) gas += LOG * (1 + topics.length) + LOG_BYTE * getBytes(data).length;
  let refund = 0;
  for (const place of slots) {
    const [address = "", slot = ""] = place.split(":");
    const valueAt = async (block: number): Promise<bigint> => BigInt(await chain.getStorage(address, slot, block));
    const [before, after] = [await valueAt(receipt.blockNumber - 1), await valueAt(receipt.blockNumber)];
    gas += COLD_SLOT;
    if (before === after) continue;
    gas += before === 0n ? SLOT_SET : SLOT_CHANGED;
    if (after === 0n) refund += SLOT_CLEARED_REFUND;
  }
  gas -= Math.min(refund, Math.floor(gas / REFUND_DIVISOR));
  return Math.max(gas, TRANSACTION + CALLDATA_FLOOR_PER_TOKEN * (zero + 4 * nonzero));
}

async function touchedBy(chain: TracingChain, { hash, to }: ContractTransactionReceipt): Promise<Touched> {
  const options = { disableMemory: true, disableStorage: true };
  const trace = await chain.send("debug_traceTransaction", [hash, options]);
  const steps = (trace as { readonly structLogs: readonly Step[] }).structLogs;
  const touched: Touched = { slots: new Set(), accounts: new Set(), recoveries: 0 };
  const own = addressOf(BigInt(to ?? 0));
  /** Whose storage the code at a depth works on. */
  const contexts = new Map([[steps[0]?.depth ?? 1, own]]);
  for (const { op, depth, stack } of steps) {
    const context = contexts.get(depth) ?? own;
    if (op === "SLOAD" || op === "SSTORE") touched.slots.add(`${context}:${wordOf(stack, 1)}`);
    if (!CALLS.includes(op)) continue;
    const target = BigInt(wordOf(stack, 2));
    contexts.set(depth + 1, op === "DELEGATECALL" ? context : addressOf(target));
    if (target === RECOVER_ADDRESS) touched.recoveries++;
    if (target > LAST_PRECOMPILE && addressOf(target) !== own) touched.accounts.add(addressOf(target));
  }
  return touched;
}

const addressOf = (value: bigint): string => toBeHex(value, 20);

/** The word so many places from the top. */
const wordOf = (stack: readonly string[], place: number): string =>
  toBeHex(`0x${(stack.at(-place) ?? "0").replace(/^0x/, "")}`);

import { accountingV2Abi } from "@lloom/protocol/generated/abi";
import { decodeFunctionData, type Hex } from "viem";

/** The lane's state that a settlement led to: only one request can have led there. */
interface Settled {
  readonly client: Hex;
  readonly executor: Hex;
  readonly lane: bigint;
  readonly nonce: number;
}

interface Settlement {
  readonly args: Settled;
  readonly log: { readonly address: Hex };
  readonly transaction: { readonly to: Hex | null; readonly input: Hex };
}

interface Pair {
  readonly request: Settled;
  readonly response: { readonly timestamp: number };
}

/** The last one that was read: a batch has many settlements. */
let known: { readonly input: Hex; readonly pairs: readonly Pair[] } | undefined;

/**
 * When the answer was finished that a settlement brought, by the executor's word; null where the transaction did not call the
 * escrow itself, or brought two different answers to that place in the lane.
 */
export function answeredAtIn({ args, log, transaction: { to, input } }: Settlement): number | null {
  if (to?.toLowerCase() !== log.address.toLowerCase()) return null;
  if (known?.input !== input) known = { input, pairs: pairsIn(input) };
  const times = known.pairs.flatMap(({ request, response }) => (isSame(request, args) ? [response.timestamp] : []));
  const [time] = times;
  return time === undefined || times.some((other) => other !== time) ? null : time;
}

/** The pairs in a call of the escrow; none in calls that bring none. */
function pairsIn(input: Hex): readonly Pair[] {
  try {
    const { functionName, args } = decodeFunctionData({ abi: accountingV2Abi, data: input });
    if (functionName === "settle") return args[0];
    return functionName === "processRequest" ? [{ request: args[0], response: args[1] }] : [];
  } catch {
    // Bytes that the escrow's fallback took, or a function of a later version.
    return [];
  }
}

const isSame = (request: Settled, settled: Settled): boolean =>
  request.nonce === settled.nonce &&
  request.lane === settled.lane &&
  request.client.toLowerCase() === settled.client.toLowerCase() &&
  request.executor.toLowerCase() === settled.executor.toLowerCase();

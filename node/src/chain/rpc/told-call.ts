import type { JsonRpcError, JsonRpcPayload, JsonRpcResult } from "ethers";
import { steadyClock } from "../../primitives/clock.ts";
import { PROBES, type RpcFact } from "../../primitives/probes.ts";

type RpcReply = JsonRpcResult | JsonRpcError;

/** Makes a call, and tells whoever measures how long it took and what became of it. */
export async function toldCall<Told extends RpcReply>(
  payload: JsonRpcPayload | JsonRpcPayload[],
  call: () => Promise<Told[]>,
): Promise<Told[]> {
  if (!PROBES.rpc.isHeard) return call();
  const startedAtMs = steadyClock();
  const [{ method }] = [payload].flat() as [JsonRpcPayload];
  const tell = (outcome: RpcFact["outcome"], head?: number): void =>
    PROBES.rpc.tell({ method, outcome, head, ms: steadyClock() - startedAtMs });
  try {
    const answers = await call();
    tell(answers.some((answer) => "error" in answer) ? "error" : "ok", headOf(method, answers[0]));
    return answers;
  } catch (thrown) {
    tell("unreachable");
    throw thrown;
  }
}

/** The latest block's number, where that was asked for. */
function headOf(method: string, answer: RpcReply | undefined): number | undefined {
  if (method !== "eth_blockNumber" || answer === undefined || "error" in answer) return undefined;
  const head = Number(answer.result);
  return Number.isSafeInteger(head) ? head : undefined;
}

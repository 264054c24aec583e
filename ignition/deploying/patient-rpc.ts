import type { HookContext, NetworkHooks } from "hardhat/types/hooks";
import type { ChainType, NetworkConnection } from "hardhat/types/network";
import type { JsonRpcRequest, JsonRpcResponse } from "hardhat/types/providers";
import { askPatiently } from "../../checkout/ask-patiently.ts";

type Ask = (request: JsonRpcRequest) => Promise<JsonRpcResponse>;

/**
 * Hardhat's hook around every request of a connection. Hardhat itself waits after one of the ways in which servers say that a
 * call is one too many (HTTP 429); any other, and a lost answer, would end a deployment half way.
 */
const patience = async (): Promise<Partial<NetworkHooks>> => ({
  async onRequest<T extends ChainType | string>(
    context: HookContext,
    connection: NetworkConnection<T>,
    request: JsonRpcRequest,
    next: (context: HookContext, connection: NetworkConnection<T>, request: JsonRpcRequest) => Promise<JsonRpcResponse>,
  ): Promise<JsonRpcResponse> {
    const ask: Ask = (asked) => next(context, connection, asked);
    return connection.networkConfig.type === "http" ? await askServer(request, ask) : await ask(request);
  },
});

/** Hardhat puts the signed transaction into the request, so that each try sends the same. */
async function askServer(request: JsonRpcRequest, ask: Ask): Promise<JsonRpcResponse> {
  const answer = await askPatiently<JsonRpcResponse & { error?: { code: number; message: string } }>(request, {
    ask: () => ask(request),
    isPassing,
    knows: async (hash) => {
      const looked = await ask({ ...request, method: "eth_getTransactionByHash", params: [hash] });
      return "result" in looked && looked.result !== null;
    },
    tell,
  });
  return typeof answer === "string" ? { jsonrpc: "2.0", id: request.id, result: answer } : answer;
}

let hasTold = false;

/** Once for all questions: the next ones meet the same server. */
function tell(): void {
  if (!hasTold) console.error("The RPC server has no time, or does not answer; asking again for some minutes …");
  hasTold = true;
}

/** What Hardhat throws for a connection that broke, and for the limit of calls. */
const LOST = -1;
const LIMIT = -32005;

/** A server that is not there, or that refuses whoever asks, is told at once. */
function isPassing(thrown: unknown): boolean {
  if (!(thrown instanceof Error) || !("code" in thrown)) return false;
  const { cause } = thrown;
  const status = cause instanceof Error && "statusCode" in cause ? Number(cause.statusCode) : undefined;
  return thrown.code === LIMIT || (thrown.code === LOST && (status === undefined || status >= 500 || status === 408));
}

// Hardhat takes a hook's handlers by their default export.
export default patience;

import { ContractFunctionExecutionError, HttpRequestError, LimitExceededRpcError, TimeoutError } from "viem";

/** The server did not ask the contract: that says nothing about it. */
const UNASKED = [HttpRequestError, LimitExceededRpcError, TimeoutError];

/** What a contract answers; undefined for one that does not have the function. Throws where the server did not ask it. */
export async function ifAnswered<Answer>(reading: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await reading;
  } catch (thrown) {
    if (!(thrown instanceof ContractFunctionExecutionError)) throw thrown;
    if (thrown.walk((cause) => UNASKED.some((kind) => cause instanceof kind)) !== null) throw thrown;
    return undefined;
  }
}

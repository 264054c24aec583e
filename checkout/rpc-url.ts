import { refuseFormerNames } from "../protocol/src/environment.ts";

/**
 * URL of the chain: what a flag says, else LLOOM_RPC_URL, else a node on this machine. Throws LloomError CONFIG_INVALID if
 * the variable stands there under a former name.
 */
export function chosenRpcUrl(flag?: string): string {
  refuseFormerNames(process.env);
  return flag ?? process.env["LLOOM_RPC_URL"] ?? "http://127.0.0.1:8545";
}

import { refuseFormerNames } from "../protocol/src/environment.ts";
import { type HttpEndpoint, httpEndpoint } from "../protocol/src/http-endpoint.ts";
import { ExplainedError } from "./explained-error.ts";
import { refuse } from "./flags.ts";

/**
 * URL of the chain: what a flag says, else LLOOM_RPC_URL, else a node on this machine. Throws LloomError CONFIG_INVALID if
 * the variable stands there under a former name.
 */
export function chosenRpcUrl(flag?: string): string {
  refuseFormerNames(process.env);
  return flag ?? process.env["LLOOM_RPC_URL"] ?? "http://127.0.0.1:8545";
}

/** The endpoint at a URL. Throws an ExplainedError for what cannot be a chain's, without it. */
export function endpointOf(rpcUrl: string): HttpEndpoint {
  const endpoint = httpEndpoint(rpcUrl);
  if (endpoint === undefined) throw new ExplainedError(...NO_URL);
  return endpoint;
}

/** Ends the process as after a wrong command line if it cannot be a chain's URL. */
export function refuseNoRpcUrl(rpcUrl: string): void {
  if (httpEndpoint(rpcUrl) === undefined) refuse(...NO_URL);
}

const NO_URL = [
  "The chain's URL is no http or https address; it is not shown here, since it may hold a key.",
  "Give --rpc, or LLOOM_RPC_URL, one such as http://127.0.0.1:8545.",
] as const;

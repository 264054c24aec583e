import { type HttpEndpoint, httpEndpoint } from "@lloom/protocol/http-endpoint";
import { LloomError } from "../../errors.ts";

/**
 * The endpoint of an RPC server. Hosted ones have keys in path and query, private ones a password before the host.
 * @throws LloomError CONFIG_INVALID for what is no http or https URL.
 */
export function rpcEndpoint(rpcUrl: string): HttpEndpoint {
  const endpoint = httpEndpoint(rpcUrl);
  if (endpoint !== undefined) return endpoint;
  throw new LloomError("CONFIG_INVALID", "The RPC URL is not an http or https address.", {
    next: "Set it to something like http://127.0.0.1:8545.",
  });
}

import { decoded, hidingOf } from "@lloom/protocol/secret-url";
import { LloomError } from "../errors.ts";

/** Where an RPC server is, taken apart so that what is secret in its address stays in here. */
export interface RpcEndpoint {
  /** Scheme, host and port: all of the address that is ever shown. */
  readonly origin: string;
  /** Path and query, often with a key in them. */
  readonly path: string;
  /** Of user info in the address. */
  readonly authorization: string | undefined;
  /** Text from the server without any part of the address that may be secret. */
  hide(text: string): string;
}

/**
 * The endpoint at a URL. Hosted servers put keys into path and query, private ones a password before the host.
 * @throws LloomError CONFIG_INVALID for what is no http or https URL.
 */
export function rpcEndpoint(rpcUrl: string): RpcEndpoint {
  const url = URL.parse(rpcUrl);
  if (url?.protocol !== "http:" && url?.protocol !== "https:") {
    throw new LloomError("CONFIG_INVALID", "The RPC URL is not an http or https address.", {
      next: "Set it to something like http://127.0.0.1:8545.",
    });
  }
  const { origin, pathname, search, username, password } = url;
  const [user, word] = [decoded(username), decoded(password)];
  return {
    origin,
    path: `${pathname}${search}`,
    authorization: user + word === "" ? undefined : `Basic ${Buffer.from(`${user}:${word}`).toString("base64")}`,
    hide: hidingOf(url),
  };
}

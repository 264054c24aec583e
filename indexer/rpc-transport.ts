import { hidingOf } from "@lloom/protocol/secret-url";
import { http, type Transport } from "viem";

/** Errors within errors that are looked into. */
const MOST_CAUSES = 8;

/**
 * The chain's RPC server for Ponder, which logs every failure whole, with the address in it: what fails here has lost all parts
 * of the address that may be secret. It takes a password before the host, too, which Ponder's own client cannot.
 */
export function rpcTransport(rpcUrl: string): Transport {
  const hide = hidingOf(new URL(rpcUrl));
  return (parameters) => {
    const { request, ...transport } = http(rpcUrl, { maxResponseBodySize: false })(parameters);
    const quiet: typeof request = async (...asked) => {
      try {
        return (await request(...asked)) as never;
      } catch (thrown) {
        hideIn(thrown, hide);
        throw thrown;
      }
    };
    return { ...transport, request: quiet };
  };
}

/** Cleans every text of an error and of what caused it; its kind, by which Ponder decides, stays. */
function hideIn(thrown: unknown, hide: (text: string) => string): void {
  let error = thrown;
  for (let depth = 0; typeof error === "object" && error !== null && depth < MOST_CAUSES; depth++) {
    for (const key of Reflect.ownKeys(error)) {
      const value: unknown = Reflect.get(error, key);
      // What was asked for belongs to whoever asks again: nothing in it is touched.
      if (typeof value === "string" && key !== "name") Reflect.set(error, key, hide(value));
      else if (Array.isArray(value))
        Reflect.set(
          error,
          key,
          value.map((line: unknown) => (typeof line === "string" ? hide(line) : line)),
        );
    }
    error = Reflect.get(error, "cause");
  }
}

import { LloomError } from "@lloom/protocol/lloom-error";
import { isLoopback } from "@lloom/protocol/loopback";
import { hidingOf } from "@lloom/protocol/secret-url";
import { http, MethodNotFoundRpcError, type Transport } from "viem";

/** Errors within errors that are looked into. */
const MOST_CAUSES = 8;

/**
 * Requests a second to a server on this machine, which nobody has to spare: the most that Ponder ever comes to. To every server
 * it begins with 20 and adds a twentieth after ten seconds of as many as it may; but it asks for each event by itself, so that the first
 * hundreds of blocks took half a minute of waiting.
 */
const OWN_SERVER_RPS = 500;

const BLOCK_RECEIPTS = "eth_getBlockReceipts";
const WHY = "receipts are asked for one by one";

/** What Ponder keeps of a server, and calls the transport on. */
interface Pace {
  rpsLimit?: number;
}

/**
 * The chain's RPC server for Ponder, which logs every failure whole, with the address in it: what fails here has lost all parts
 * of the address that may be secret. It takes a password before the host, too, which Ponder's own client cannot. A server on
 * this machine is asked as fast as it answers. Receipts are asked for one by one: Ponder would have all of a block, of which a handful at
 * most are of these contracts, and would ask a server that has no such call for a minute before it believed that.
 */
export function rpcTransport(rpcUrl: string): Transport {
  const url = new URL(rpcUrl);
  const [hide, isOwn] = [hidingOf(url), isLoopback(url.hostname)];
  return (parameters) => {
    const { request, ...transport } = http(rpcUrl, { maxResponseBodySize: false })(parameters);
    const quiet: typeof request = async function (this: Pace | undefined, ...asked) {
      if (asked[0].method === BLOCK_RECEIPTS)
        throw new MethodNotFoundRpcError(new LloomError("REQUEST_INVALID", WHY), { method: BLOCK_RECEIPTS });
      if (isOwn && this?.rpsLimit !== undefined) this.rpsLimit = OWN_SERVER_RPS;
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

/**
 * `@lloom/node` as a library: a client that buys answers on the network. What is not exported here is nobody's outside; `docs/library.md`
 * tells how it is used.
 */
import { isRightNode } from "../../bin/right-node.js";
import { clientOf } from "./client-of.ts";
import type { LloomClient, LloomClientOptions } from "./public-types.ts";

// biome-ignore lint/performance/noBarrelFile: it is the one module that the package shows.
export { type ErrorCode, isErrorCode } from "@lloom/protocol/error-codes";
export { LloomError } from "@lloom/protocol/lloom-error";
export type {
  BoughtReceipt,
  ExecutorChoice,
  LloomAnswer,
  LloomClient,
  LloomClientOptions,
  LloomEvent,
  LloomQuestion,
  OfferedModel,
  OfferedTerms,
  ReceiptListing,
  ReceiptProof,
  SpendingLimits,
  Stopping,
} from "./public-types.ts";
export { verifyReceipt } from "./verify-receipt.ts";

/**
 * Joins a network as a client. On a Node older than the one that the durable log needs, the client works in a process of its own, by a
 * Node out of a package.
 * @throws LloomError CONFIG_INVALID for an option that is wrong or missing, or where there is no such Node; KEYSTORE_INVALID; STORE_FAILED
 * where another process has the data directory; CHAIN_UNREACHABLE; CHAIN_MISMATCH.
 */
export async function createClient(options: LloomClientOptions): Promise<LloomClient> {
  if (isRightNode()) return clientOf(await (await import("./open-here.ts")).openHere(options));
  return clientOf(await (await import("./open-beside.ts")).openBeside(options));
}

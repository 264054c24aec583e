import "../verify/no-eval.ts";
import type { PageClient, PageClientOptions } from "@lloom/browser";
import { LloomError } from "@lloom/protocol/lloom-error";

export type { PageClient };

/** A client of the network in this page. libp2p comes with the first one, and to no page that opens none. */
export async function openClient(options: PageClientOptions): Promise<PageClient> {
  // Pages are drawn on the server first: its build would else pack what nodes load in its place, native code too.
  if (typeof window !== "undefined") {
    const { PageClient } = await import("@lloom/browser");
    return PageClient.start(options);
  }
  throw new LloomError("INTERNAL", "There is no page.");
}

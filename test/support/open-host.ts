import { onTestFinished } from "vitest";
import type { Host } from "../../node/src/p2p/host/host.ts";
import type { HostOptions } from "../../node/src/p2p/host/host-options.ts";
import { startHost } from "./hosts.ts";

/** A host that ends with the test. Apart from the other hosts, since processes without a test runner start those. */
export async function openHost(options: Partial<HostOptions> = {}): Promise<Host> {
  const host = await startHost(options);
  onTestFinished(() => host[Symbol.asyncDispose]());
  return host;
}

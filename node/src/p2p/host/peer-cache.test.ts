import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { recordingLog, silentLog, until } from "../../../../test/support/hosts.ts";
import { openHost } from "../../../../test/support/open-host.ts";
import type { Host } from "./host.ts";
import { keepPeerCache } from "./peer-cache.ts";

function cacheFile(): string {
  const directory = mkdtempSync(join(tmpdir(), "lloom-peers-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return join(directory, "peers.json");
}

/** Keeps the cache of a host; the returned function ends its run. */
function keeping(host: Host, path: string, log = silentLog): () => Promise<void> {
  const stop = new AbortController();
  const kept = keepPeerCache({ host, path, log, signal: stop.signal });
  const end = async (): Promise<void> => {
    stop.abort();
    await kept;
  };
  onTestFinished(end);
  return end;
}

it("joins through the peers of the last run when no bootstrap peer is there any more", async () => {
  const path = cacheFile();
  const other = await openHost();
  const first = await openHost({ bootstrap: other.multiaddrs() });
  const end = keeping(first, path);
  await until("it has joined", () => first.peers() === 1);
  await until("it knows where the other listens", async () => {
    const { addresses } = await first.libp2p.peerStore.get(other.libp2p.peerId);
    return addresses.length > 0;
  });
  await end();
  await first[Symbol.asyncDispose]();
  expect(JSON.parse(readFileSync(path, "utf8"))).toEqual([{ peerId: other.peerId, multiaddrs: other.multiaddrs() }]);
  const second = await openHost({ bootstrap: ["/ip4/127.0.0.1/tcp/1"] });
  keeping(second, path);
  await until("it has joined again", () => second.connected().includes(other.peerId));
});

it("keeps the list of a run that met nobody, and goes on without one that cannot be read", async () => {
  const path = cacheFile();
  writeFileSync(path, "nonsense");
  const { log, lines } = recordingLog();
  const end = keeping(await openHost(), path, log);
  await until("it says so", () => lines.some(({ msg }) => msg === "the peers of the last run cannot be read"));
  await end();
  expect(readFileSync(path, "utf8")).toBe("nonsense");
});

import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createLog } from "../../log.ts";
import { createHost } from "../../p2p/host/host.ts";
import type { Settings } from "../../settings.ts";
import type { CommandContext } from "../command.ts";
import { warnUnreachable } from "./reachable.ts";

const log = createLog({ level: "silent", name: "test" });
const network = { chainId: 31337n, accounting: `0x${"ac".repeat(20)}` };
const PUBLIC = "/ip4/203.0.113.7/tcp/4001/p2p/16Uiu2HAm3NY6zCbaNLqE8ZCdmX3pGAYw3cYYAT3dWSAjjGFpcLdm";

/** What a node that listens on loopback says, with these settings. */
async function said(settings: Partial<Pick<Settings, "announce" | "bootstrap">>): Promise<string[]> {
  const lines: string[] = [];
  const { announce = [], bootstrap = [] } = settings;
  const listen = ["/ip4/127.0.0.1/tcp/0"];
  await using host = await createHost({
    ...{ secret: randomBytes(32), network, listen, announce, bootstrap: [], dhtServer: true, log },
  });
  const context = { settings: { announce, bootstrap }, log, json: false, signal: new AbortController().signal };
  const print = (line: string): unknown => lines.push(line);
  await warnUnreachable({ ...context, print } as unknown as CommandContext, host);
  return lines;
}

describe("a node that others cannot dial", () => {
  it("says so, and what to do, when its network is wider than its addresses", async () => {
    const [line] = await said({ bootstrap: [PUBLIC] });
    expect(line).toMatch(
      /^Warning: Others cannot dial this node: it names only \/ip4\/127\.0\.0\.1\/tcp\/\d+\.\n {2}.*--announce/,
    );
  });

  it("says nothing on a network of this machine alone", async () => {
    expect(await said({ bootstrap: ["/ip4/127.0.0.1/tcp/1"] })).toEqual([]);
    expect(await said({})).toEqual([]);
  });

  it("says that nobody answers at an announced address", async () => {
    const lines = await said({ announce: ["/ip4/127.0.0.1/tcp/1"] });
    expect(lines[0]).toMatch(
      /^Warning: This node does not answer at the announced \/ip4\/127\.0\.0\.1\/tcp\/1, tried from this machine/,
    );
  });
});

describe("a node that announces an address", () => {
  it("names it instead of those that it listens on", async () => {
    const announce = ["/ip4/203.0.113.7/tcp/4001"];
    await using host = await createHost({
      ...{
        secret: randomBytes(32),
        network,
        listen: ["/ip4/127.0.0.1/tcp/0"],
        announce,
        bootstrap: [],
        dhtServer: true,
        log,
      },
    });
    expect(host.multiaddrs()).toEqual([`/ip4/203.0.113.7/tcp/4001/p2p/${host.peerId}`]);
  });
});

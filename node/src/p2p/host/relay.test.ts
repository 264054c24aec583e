import { describe, expect, it } from "vitest";
import { never, readAll, requestBody, responseBody, silentLog, until } from "../../../../test/support/hosts.ts";
import { openHost } from "../../../../test/support/open-host.ts";
import { createInferPool } from "../infer/infer-client.ts";
import { serveInfer } from "../infer/infer-server.ts";
import { connect } from "./dial.ts";
import type { Host } from "./host.ts";

/** A host that listens nowhere, and is called through a relay. */
async function hiddenBehind(relay: Host): Promise<Host> {
  const hidden = await openHost({ listen: [], bootstrap: relay.multiaddrs() });
  await until("the relay is connected", () => hidden.peers() === 1);
  expect(hidden.multiaddrs()).toEqual([]);
  await hidden.listenRelayed();
  expect(hidden.multiaddrs()[0]).toMatch(new RegExp(`/p2p/${relay.peerId}/p2p-circuit/p2p/${hidden.peerId}$`));
  return hidden;
}

describe("a host that nobody can dial", () => {
  it("answers a request that comes through a relay", async () => {
    const relay = await openHost({ relays: true });
    const hidden = await hiddenBehind(relay);
    await using _served = await serveInfer(hidden, {
      handle: async function* () {
        yield { type: "token", text: "hello" };
        yield responseBody;
      },
      log: silentLog,
    });
    const client = await openHost({ listen: [] });
    const target = { peerId: hidden.peerId, multiaddrs: hidden.multiaddrs() };
    await connect(client, target, never);
    await using pool = createInferPool(client, silentLog);
    const answer = await readAll(pool.request({ target, frame: requestBody("hi"), signal: never }));
    expect(answer).toMatchObject({ text: "hello", last: { type: "response" } });
    const [connection] = client.libp2p
      .getConnections()
      .filter(({ remotePeer }) => String(remotePeer) === hidden.peerId);
    expect(connection?.limits).toMatchObject({ bytes: expect.anything() });
  });

  it("gets no place at a peer that relays for nobody", async () => {
    const plain = await openHost();
    const hidden = await openHost({ listen: [], bootstrap: plain.multiaddrs() });
    await until("they are connected", () => hidden.peers() === 1);
    await hidden.listenRelayed();
    expect(hidden.multiaddrs()).toEqual([]);
  });
});

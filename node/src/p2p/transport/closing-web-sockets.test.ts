import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { multiaddr } from "@multiformats/multiaddr";
import { expect, it, onTestFinished } from "vitest";
import { never, targetOf, until } from "../../../../test/support/hosts.ts";
import { openHost } from "../../../../test/support/open-host.ts";
import { connect } from "../host/dial.ts";

it("ends a WebSocket whose dial is given up before it is open", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const client = await openHost({ listen: [] });
  const givenUp = new AbortController();
  const dialled = client.libp2p.dial(multiaddr(`/ip4/127.0.0.1/tcp/${port}/ws`), { signal: givenUp.signal });
  const [socket]: Socket[] = await once(server, "connection");
  const ended = once(socket ?? expect.unreachable(), "close");
  socket?.on("error", () => undefined).resume();
  givenUp.abort();
  await expect(dialled).rejects.toThrow();
  await ended;
});

it("ends a WebSocket that is broken off", async () => {
  const host = await openHost({ listen: ["/ip4/127.0.0.1/tcp/0/ws"] });
  const client = await openHost({ listen: [] });
  await connect(client, targetOf(host), never);
  const [connection] = client.libp2p.getConnections();
  connection?.abort(new Error("broken off"));
  await until("the host has lost it", () => host.connected().length === 0);
});

import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer as createHttpServer, type IncomingMessage } from "node:http";
import { createServer, type Socket } from "node:net";
import { multiaddr } from "@multiformats/multiaddr";
import { expect, it, onTestFinished } from "vitest";
import { openHost } from "../../../../test/support/open-host.ts";

/** RFC 6455, 1.3. */
const WEBSOCKET_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

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

it("ends a WebSocket whose peer keeps silent once it is open", async () => {
  const server = createHttpServer().listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const client = await openHost({ listen: [] });
  const upgraded = once(server, "upgrade");
  const givenUp = new AbortController();
  const dialled = client.libp2p.dial(multiaddr(`/ip4/127.0.0.1/tcp/${port}/ws`), { signal: givenUp.signal });
  const [request, socket]: [IncomingMessage, Socket] = (await upgraded) as [IncomingMessage, Socket];
  const accept = createHash("sha1").update(`${request.headers["sec-websocket-key"]}${WEBSOCKET_GUID}`).digest("base64");
  const headers = ["Upgrade: websocket", "Connection: Upgrade", `Sec-WebSocket-Accept: ${accept}`].join("\r\n");
  socket.write(`HTTP/1.1 101 Switching Protocols\r\n${headers}\r\n\r\n`);
  // It is open once the first word of the handshake comes.
  await once(socket, "data");
  // The server keeps its half of the socket open.
  const ended = once(socket, "end");
  socket.on("error", () => undefined).resume();
  givenUp.abort();
  await expect(dialled).rejects.toThrow();
  await ended;
});

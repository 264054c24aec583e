// The executor's half of the floor: takes signed calls over a libp2p stream, asks the backend, keeps what it said, signs it. A process
// of its own, with the backend's URL and a folder; it prints where it is dialled.
import { Agent, type IncomingMessage, request } from "node:http";
import { FLOOR_PROTOCOL, type FloorLink, floorLink, KINDS, openFloorNode } from "./floor-link.ts";
import { FloorVault, opened, signed } from "./floor-vault.ts";

const [backendUrl = "", dir = ""] = process.argv.slice(2);
const backend = new URL(backendUrl);
const agent = new Agent({ keepAlive: true });
const vault = new FloorVault(dir, "floor-back");
const node = await openFloorNode(["/ip4/127.0.0.1/tcp/0"]);

function ask(body: Buffer): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const headers = { "content-type": "application/json", "content-length": body.length };
  const { hostname: host, port } = backend;
  const asked = request({ host, port, path: "/v1/chat/completions", method: "POST", headers, agent }, resolve);
  asked.on("error", reject);
  asked.end(body);
  return promise;
}

/** A stream's pieces go out as they come, the end behind a signature over all of it that the disk has. */
async function answer(link: FloorLink, call: number, frame: Buffer): Promise<void> {
  const { signature, body } = opened(frame);
  vault.check(body, signature);
  const isStream = body.includes('"stream":true');
  const pieces: Buffer[] = [];
  for await (const piece of await ask(body)) {
    pieces.push(piece as Buffer);
    if (isStream) link.send(call, KINDS.piece, piece as Buffer);
  }
  const said = Buffer.concat(pieces);
  await vault.keepOnDisk(said);
  link.send(call, KINDS.last, signed(vault.sign(said), isStream ? Buffer.alloc(0) : said));
}

await node.handle(FLOOR_PROTOCOL, (stream) => {
  const link = floorLink(stream, (call, _kind, frame) => void answer(link, call, frame));
});
for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => process.exit());
console.log(JSON.stringify({ address: node.getMultiaddrs()[0]?.toString() }));

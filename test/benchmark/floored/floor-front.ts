// The gateway's half of the floor: takes calls by HTTP, signs and keeps each before it is sent over a libp2p stream, and checks and keeps
// what comes back before it is told. A process of its own, with the address of the other half and a folder.
import { createServer, type ServerResponse } from "node:http";
import { multiaddr } from "@multiformats/multiaddr";
import { listenAndTell } from "../serving/listen-and-tell.ts";
import { FLOOR_PROTOCOL, floorLink, KINDS, openFloorNode } from "./floor-link.ts";
import { FloorVault, opened, signed } from "./floor-vault.ts";

const [address = "", dir = ""] = process.argv.slice(2);
const vault = new FloorVault(dir, "floor-front");
const node = await openFloorNode([]);

interface OpenCall {
  readonly response: ServerResponse;
  readonly pieces: Buffer[];
  readonly isStream: boolean;
}
const open = new Map<number, OpenCall>();
let last = 0;

const link = floorLink(await node.dialProtocol(multiaddr(address), FLOOR_PROTOCOL), (id, kind, frame) => {
  const call = open.get(id);
  if (call === undefined) return;
  if (kind === KINDS.piece) {
    call.pieces.push(frame);
    call.response.write(frame);
    return;
  }
  open.delete(id);
  const { signature, body } = opened(frame);
  const said = call.isStream ? Buffer.concat(call.pieces) : body;
  vault.check(said, signature);
  vault.keep(said);
  if (!call.isStream) call.response.setHeader("content-length", body.length);
  call.response.end(body);
});

listenAndTell(
  createServer((asked, response) => {
    const parts: Buffer[] = [];
    asked.on("data", (part: Buffer) => parts.push(part));
    asked.on("end", async () => {
      const body = Buffer.concat(parts);
      const isStream = body.includes('"stream":true');
      response.setHeader("content-type", isStream ? "text/event-stream" : "application/json");
      const bytes = signed(vault.sign(body), body);
      await vault.keepOnDisk(bytes);
      last += 1;
      open.set(last, { response, pieces: [], isStream });
      link.send(last, KINDS.last, bytes);
    });
  }),
);

import { existsSync } from "node:fs";
import { z } from "@lloom/protocol/zod";
import { dataFile } from "../config.ts";
import { readOutsideFile } from "../outside-file.ts";
import type { Reachability } from "../p2p/reach/keep-reachable.ts";
import type { RouterWord } from "../p2p/router/port-forwarding.ts";
import type { Settings } from "../settings.ts";

/** Where a running node says who can call it, for `lloom status`; gone when the node has stopped. */
export const reachFile = (settings: Settings): string => dataFile(settings, "reach.json");

/** How a node is reached, in a sentence. */
export function reachSentence(found: Reachability): string {
  switch (found.type) {
    case "machine":
      return "only from this machine: all addresses of its network are on loopback";
    case "untried":
      return "not known yet: no validator has dialled this node back";
    case "open":
      return `others reach this node at ${found.at.join(" and ")}${found.byRouter === true ? ", which the router forwards" : ""}`;
    case "closed": {
      const where = found.ends.length === 0 ? found.from : found.ends.map((end) => `${found.from}${end}`).join(" and ");
      const how = found.relayed ? "it is called through a validator's relay" : "nobody can call it";
      return `nobody answered at ${where} when a validator dialled it back; ${how}`;
    }
  }
}

/** What its owner can do, if anything has to be done. */
export function reachRemedy(found: Reachability): string | undefined {
  if (found.type !== "closed") return undefined;
  const ports = found.ends.flatMap((end) => /^\/(tcp|udp)\/(\d+)/.exec(end)?.slice(1, 3).join(" port ") ?? []);
  if (ports.length === 0)
    return "Listen where others can come: --listen /ip4/0.0.0.0/tcp/4001, with the port forwarded to this machine.";
  const stay = found.relayed ? " Until then the relay is slower, and limited." : "";
  return `${remedyByRouter(ports.join(" and "), found.router)}${stay}`;
}

/** What helps depends on what the router said when it was asked to forward. */
function remedyByRouter(ports: string, said: RouterWord | undefined): string {
  const forward = `forward ${ports} on the router to this machine, and let it through the firewall (in Docker: -p).`;
  const shared =
    "Where the provider shares its address among customers there is nothing to forward: docs/reachability.md.";
  switch (said?.type) {
    case undefined:
      return `F${forward.slice(1)} ${shared}`;
    case "silent":
      return `No router answered by UPnP: turn that on in its settings, or ${forward} ${shared}`;
    case "refuses":
      return `The router refuses to forward by itself, saying: ${said.why}. So ${forward}`;
    case "shared":
      return `The router's own address ${said.address} is none of the internet, as where a provider shares one among customers: nothing can be forwarded there. IPv6 or a tunnel helps: docs/reachability.md.`;
    case "forwards":
      return `The router forwards ${ports}, and still nobody gets through: let it through this machine's firewall, and ask the provider whether it lets calls in.`;
  }
}

const routerWord = z.discriminatedUnion("type", [
  z.object({ type: z.literal("silent") }),
  z.object({ type: z.literal("forwards") }),
  z.object({ type: z.literal("shared"), address: z.string() }),
  z.object({ type: z.literal("refuses"), why: z.string() }),
]);
const written = z.object({
  at: z.string(),
  found: z.discriminatedUnion("type", [
    z.object({ type: z.literal("machine") }),
    z.object({ type: z.literal("untried") }),
    z.object({ type: z.literal("open"), at: z.array(z.string()), byRouter: z.literal(true).optional() }),
    z.object({
      type: z.literal("closed"),
      from: z.string(),
      ends: z.array(z.string()),
      relayed: z.boolean(),
      router: routerWord.optional(),
    }),
  ]),
});
/** What a running node has written. */
export type WrittenReach = z.infer<typeof written>;

/** What the node of this data directory last said; undefined if none runs, or the file is none of this version. */
export function readReach(settings: Settings): WrittenReach | undefined {
  const path = reachFile(settings);
  if (!existsSync(path)) return undefined;
  const next = `Remove ${path}; a running node writes it anew.`;
  try {
    return written.safeParse(JSON.parse(readOutsideFile({ path, what: path, code: "CONFIG_INVALID", next }))).data;
  } catch {
    return undefined;
  }
}

import { randomBytes } from "node:crypto";
import type { Chain } from "../../chain/chain.ts";
import { createLog } from "../../log.ts";
import { createHost, type Host } from "../../p2p/host/host.ts";
import type { CommandContext } from "../command.ts";

/**
 * Joins the network as somebody else, by a key that is thrown away: so it can be looked at beside a running node, and without the
 * password of this node's key. It listens nowhere unless told where. Closed when the command ends.
 */
export async function openStranger(
  { settings, stack }: Pick<CommandContext, "settings" | "stack">,
  { network }: Pick<Chain, "network">,
  listen: readonly string[] = [],
): Promise<Host> {
  const { bootstrap, announce } = settings;
  const log = createLog({ level: "silent", name: "stranger" });
  const secret = randomBytes(32);
  const announced = listen.length === 0 ? {} : { announce };
  return stack.use(await createHost({ secret, network, listen, ...announced, bootstrap, dhtServer: false, log }));
}

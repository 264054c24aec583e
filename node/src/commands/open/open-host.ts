import type { Chain } from "../../chain/chain.ts";
import { createHost, type Host } from "../../p2p/host/host.ts";
import type { HostLimits } from "../../p2p/limits.ts";
import { useFastKeccak } from "../../wallet/fast-keccak.ts";
import type { Identity } from "../../wallet/identity.ts";
import type { CommandContext } from "../command.ts";

/** Starts this node's libp2p host; closed when the command ends. */
export async function openHost(
  context: CommandContext,
  {
    identity,
    chain,
    dhtServer,
    limits = {},
  }: { identity: Identity; chain: Chain; dhtServer: boolean; limits?: Partial<HostLimits> },
): Promise<Host> {
  const { settings, log, stack } = context;
  const { listen, announce, bootstrap } = settings;
  const { secret } = identity;
  // Who is on the network hashes all the time.
  await useFastKeccak();
  return stack.use(
    await createHost({ secret, network: chain.network, listen, announce, bootstrap, dhtServer, limits, log }),
  );
}

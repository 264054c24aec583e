import type { Chain } from "../../chain/chain.ts";
import { dataFile } from "../../config.ts";
import { LloomError } from "../../errors.ts";
import { readOutsideFile } from "../../outside-file.ts";
import { createHost, type Host } from "../../p2p/host/host.ts";
import { meetNeighbours } from "../../p2p/host/neighbours.ts";
import { keepPeerCache } from "../../p2p/host/peer-cache.ts";
import type { HostLimits } from "../../p2p/limits.ts";
import type { TlsCertificate } from "../../p2p/transport/transports.ts";
import type { SettingName, Settings } from "../../settings.ts";
import { useFastKeccak } from "../../wallet/fast-keccak.ts";
import type { Identity } from "../../wallet/identity.ts";
import type { CommandContext } from "../command.ts";

/** Settings of every role that listens. */
export const LISTENING_NAMES = [
  "listen",
  "announce",
  "mdns",
  "tlsCertificate",
  "tlsKey",
  "bootstrap",
] as const satisfies readonly SettingName[];

/** Starts this node's libp2p host; closed when the command ends. */
export async function openHost(
  context: CommandContext,
  {
    identity,
    chain,
    dhtServer,
    relays = false,
    limits = {},
  }: { identity: Identity; chain: Chain; dhtServer: boolean; relays?: boolean; limits?: Partial<HostLimits> },
): Promise<Host> {
  const { settings, log, stack, signal } = context;
  const { listen, announce, bootstrap, watchtowers: given } = settings;
  const { secret } = identity;
  // Who is on the network hashes all the time.
  await useFastKeccak();
  const addresses = { listen, announce, bootstrap, given, tls: certificateOf(settings) };
  const host = stack.use(
    await createHost({ secret, network: chain.network, ...addresses, dhtServer, relays, limits, log }),
  );
  const stop = new AbortController();
  const { network } = chain;
  if (settings.mdns === "on") stack.use(await meetNeighbours({ host, network, log, signal }));
  const path = dataFile(settings, "peers.json");
  const kept = keepPeerCache({ host, path, log, signal: AbortSignal.any([signal, stop.signal]) });
  stack.defer(async () => {
    stop.abort();
    await kept;
  });
  return host;
}

/** The certificate that the settings name; throws CONFIG_INVALID for one without its key, and for files that cannot be read. */
function certificateOf({ tlsCertificate, tlsKey }: Settings): TlsCertificate | undefined {
  if (tlsCertificate === undefined && tlsKey === undefined) return undefined;
  const next = "Give --tls-certificate and --tls-key a file in PEM each.";
  if (tlsCertificate === undefined || tlsKey === undefined)
    throw new LloomError("CONFIG_INVALID", "A TLS certificate and its key are given together.", { next });
  const read = (path: string, what: string): string =>
    readOutsideFile({ path, what: `The ${what} ${path}`, code: "CONFIG_INVALID", next });
  return { certificate: read(tlsCertificate, "TLS certificate"), key: read(tlsKey, "TLS key") };
}

import { untilStopped } from "../daemon.ts";
import { createValidator } from "../validator/validator.ts";
import { announce, type Command } from "./command.ts";
import { openIdentity, openOwnChain } from "./open.ts";
import { openClock } from "./open-clock.ts";
import { openHost } from "./open-host.ts";
import { warnUnreachable } from "./reachable.ts";

/** `lloom validator`: an anchor of the network. */
export const validator: Command = {
  settings: ["listen", "announce", "bootstrap"],
  examples: ["lloom validator --listen /ip4/0.0.0.0/tcp/4001"],
  run: async (context) => {
    const identity = await openIdentity(context);
    const chain = await openOwnChain(context, identity);
    const host = await openHost(context, { identity, chain, dhtServer: true });
    openClock(context, { chain, host });
    context.stack.use(await createValidator({ chain, host, log: context.log }, {}));
    const { address } = identity;
    const multiaddrs = host.multiaddrs();
    announce(
      context,
      { event: "ready", role: "validator", address, peerId: host.peerId, multiaddrs },
      [
        `Validator ${address} is ready; others join with`,
        ...multiaddrs.map((multiaddr) => `  --bootstrap ${multiaddr}`),
      ].join("\n"),
    );
    void warnUnreachable(context, host);
    await untilStopped(context.signal);
  },
};

// A dishonest executor for a development network, with a key that everybody knows; `npm start -- --cheat KIND` starts it.
import { join } from "node:path";
import { readFlags, refuse } from "../checkout/flags.ts";
import { chosenRpcUrl } from "../checkout/rpc-url.ts";
import { openChain } from "../node/src/chain/chain.ts";
import { fileJournal } from "../node/src/chain/send/send-journal.ts";
import { live, untilStopped } from "../node/src/daemon.ts";
import { createLog } from "../node/src/log.ts";
import { createHost } from "../node/src/p2p/host/host.ts";
import { identityFromSecret } from "../node/src/wallet/identity.ts";
import { DEVNET_ACCOUNTS } from "./src/accounts.ts";
import { CHEATS, isCheat } from "./src/cheats/kinds.ts";
import { openCheat } from "./src/cheats/open-cheat.ts";

const USAGE = `usage: node devnet/cheat.ts KIND [--rpc URL] --accounting ADDRESS --bootstrap ADDRESSES --data-dir DIRECTORY

Sells answers on a development network, and cheats. KIND is ${CHEATS.join(", ")}.`;

const text = { type: "string", default: "" } as const;
const { values, positionals } = readFlags({
  usage: USAGE,
  config: {
    allowPositionals: true,
    options: { rpc: { type: "string" }, accounting: text, bootstrap: text, "data-dir": text },
  },
});
const [cheat = ""] = positionals;
if (!isCheat(cheat)) refuse(`There is no cheat "${cheat}".`, USAGE);
const rpcUrl = chosenRpcUrl(values.rpc);
const { accounting, bootstrap, "data-dir": dataDir } = values;
const identity = identityFromSecret(DEVNET_ACCOUNTS.cheat.secret);
const log = createLog({ level: "info", name: "cheat" });

process.exitCode = await live(
  async ({ signal, stack }) => {
    const journal = (scope: Parameters<typeof fileJournal>[1]) => fileJournal(join(dataDir, "transactions"), scope);
    const chain = stack.use(await openChain({ rpcUrl, accounting, identity, signal, log, journal }));
    const host = stack.use(
      await createHost({
        ...{ secret: identity.secret, network: chain.network, bootstrap: bootstrap.split(","), log },
        listen: ["/ip4/127.0.0.1/tcp/0"],
        dhtServer: true,
      }),
    );
    stack.use(await openCheat({ cheat, identity, chain, host, log, dataDir, signal }));
    console.log(JSON.stringify({ event: "ready", address: identity.address, multiaddrs: host.multiaddrs() }));
    await untilStopped(signal);
  },
  { kind: "daemon", report: ({ code, message, next }) => console.error(`${code}: ${message}\n  ${next}`) },
);

// An executor in a process of its own that signs for the shipped model and cheats as CHEAT says. It settles nothing by itself.
//
// usage: node test/support/cheating-executor.ts CHEAT RPC_URL ACCOUNTING BOOTSTRAP DATA_DIR SECRET
import { mkdirSync } from "node:fs";
import { hexToBytes } from "@lloom/protocol/hex";
import { isCheat } from "../../devnet/src/cheats/kinds.ts";
import { openCheat } from "../../devnet/src/cheats/open-cheat.ts";
import { openChain } from "../../node/src/chain/chain.ts";
import { untilStopped } from "../../node/src/daemon.ts";
import { createLog } from "../../node/src/log.ts";
import { createHost } from "../../node/src/p2p/host/host.ts";
import { identityFromSecret } from "../../node/src/wallet/identity.ts";

const [cheat = "", rpcUrl = "", accounting = "", bootstrap = "", dataDir = "", secret = "0x"] = process.argv.slice(2);
if (!isCheat(cheat)) throw new Error(`Nobody cheats by "${cheat}".`);
const NEVER_SETTLES = { settleAmount: 1n << 90n, settleAgeMs: 86_400_000 };

const stop = new AbortController();
process.once("SIGINT", () => stop.abort());
const { signal } = stop;

mkdirSync(dataDir, { recursive: true });
const log = createLog({ level: "info", name: cheat });
const identity = identityFromSecret(hexToBytes(secret as `0x${string}`));
await using chain = await openChain({ rpcUrl, accounting, identity, signal, log });
await using host = await createHost({
  ...{ secret: identity.secret, network: chain.network, listen: ["/ip4/127.0.0.1/tcp/0"] },
  ...{ bootstrap: bootstrap.split(","), dhtServer: true, log },
});
const options = { appeals: "off", ...NEVER_SETTLES } as const;
await using _cheat = await openCheat({ cheat, identity, chain, host, log, dataDir, signal, options });
console.log("ready");
await untilStopped(signal);

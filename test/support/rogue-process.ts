// An executor with a stake, in a process of its own, whose signature covers another text than it sent.
//
// usage: node test/support/rogue-process.ts RPC_URL ACCOUNTING BOOTSTRAP MODEL SECRET
import { ZERO_HASH } from "@lloom/protocol/commitment-types";
import { hexToBytes } from "@lloom/protocol/hex";
import { peerIdBytes } from "@lloom/protocol/peer-id";
import { faucet, registerAndStake } from "../../node/src/chain/account/actions.ts";
import { openChain } from "../../node/src/chain/chain.ts";
import { untilStopped } from "../../node/src/daemon.ts";
import { createLog } from "../../node/src/log.ts";
import { createHost } from "../../node/src/p2p/host/host.ts";
import { identityFromSecret } from "../../node/src/wallet/identity.ts";
import { startRogue } from "./rogue.ts";

const [rpcUrl = "", accounting = "", bootstrap = "", model = "", secret = "0x"] = process.argv.slice(2);
/** Enough to be listened to: 100 tUSD. */
const STAKE = 100_000_000n;

const stop = new AbortController();
process.once("SIGINT", () => stop.abort());

const log = createLog({ level: "silent", name: "rogue" });
const identity = identityFromSecret(hexToBytes(secret as `0x${string}`));
await using chain = await openChain({ rpcUrl, accounting, identity, signal: stop.signal, log });
await using host = await createHost({
  secret: identity.secret,
  network: chain.network,
  listen: ["/ip4/127.0.0.1/tcp/0"],
  bootstrap: bootstrap.split(","),
  dhtServer: true,
  log,
});
await faucet(chain);
const peerId = peerIdBytes(identity.secret);
await registerAndStake(chain, { role: "executor", peerId, metadataURI: "", amount: STAKE });
const tamper = (right: Parameters<Parameters<typeof startRogue>[0]["tamper"]>[0]): typeof right => ({
  ...right,
  contentHash: ZERO_HASH,
});
await startRogue({ identity, chain, host, log, model, says: "Trust me.", tamper });
console.log("ready");
await untilStopped(stop.signal);

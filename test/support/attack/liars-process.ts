// Five executors with a stake each that lie in five ways, in a process of their own. At SIGINT they claim what they can on
// chain, and the process prints what they did, a JSON line for each liar and client.
//
// usage: node test/support/attack/liars-process.ts RPC_URL ACCOUNTING BOOTSTRAP SEED
import { openChain } from "../../../node/src/chain/chain.ts";
import { untilStopped } from "../../../node/src/daemon.ts";
import { createLog } from "../../../node/src/log.ts";
import { createHost } from "../../../node/src/p2p/host/host.ts";
import { seeded } from "../../../protocol/test/seeded.ts";
import { liarOf } from "./cast.ts";
import { LIES, Liar } from "./liar.ts";

const [rpcUrl = "", accounting = "", bootstrap = "", seed = "0"] = process.argv.slice(2);
/** The first lie comes after fewer right answers than this. */
const MOST_HONEST = 3;

const stop = new AbortController();
process.once("SIGINT", () => stop.abort());
const { signal } = stop;
const log = createLog({ level: "silent", name: "liar" });
const random = seeded(Number(seed));

await using stack = new AsyncDisposableStack();
const liars: Liar[] = [];
for (const lie of LIES) {
  const identity = liarOf(Number(seed), lie);
  const chain = stack.use(await openChain({ rpcUrl, accounting, identity, signal, log }));
  const host = stack.use(
    await createHost({
      ...{ secret: identity.secret, network: chain.network, bootstrap: bootstrap.split(","), log },
      listen: ["/ip4/127.0.0.1/tcp/0"],
      dhtServer: false,
    }),
  );
  liars.push(new Liar({ identity, chain, host, log, lie, honestFirst: random.below(MOST_HONEST), signal }));
}
const running = liars.map((liar) => liar.run());
console.log("ready");
await untilStopped(signal);
await Promise.all(running);
for (const liar of liars) {
  await liar.cashIn();
  for (const deeds of liar.told()) console.log(JSON.stringify(deeds));
}

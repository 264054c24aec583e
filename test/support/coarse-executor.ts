// An executor in a process of its own that signs for the shipped model, and answers with coarser weights of it.
//
// usage: node test/support/coarse-executor.ts RPC_URL ACCOUNTING BOOTSTRAP DATA_DIR SECRET
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { hexToBytes } from "@lloom/protocol/hex";
import { dishonest } from "../../devnet/src/cheats/dishonest-backend.ts";
import { coarsenWeights } from "../../node/src/backend/coarse-weights.ts";
import { openBackend } from "../../node/src/backend/open-backend.ts";
import { hashWeights } from "../../node/src/backend/weights-hash.ts";
import { openChain } from "../../node/src/chain/chain.ts";
import { TINY_MODEL } from "../../node/src/commands/ask/tiny-model.ts";
import { untilStopped } from "../../node/src/daemon.ts";
import { createExecutor } from "../../node/src/executor/executor.ts";
import { createLog } from "../../node/src/log.ts";
import { createHost } from "../../node/src/p2p/host/host.ts";
import { openDatabase } from "../../node/src/store/database/database.ts";
import { createTextCipher } from "../../node/src/store/database/text-cipher.ts";
import { openExecutorLog } from "../../node/src/store/executor/executor-log.ts";
import { identityFromSecret } from "../../node/src/wallet/identity.ts";

const [rpcUrl = "", accounting = "", bootstrap = "", dataDir = "", secret = "0x"] = process.argv.slice(2);
/** As the quantisation Q4_0 has them. */
const BITS = 4;
const PRICE = { inboundPrice: 100_000n, outboundPrice: 400_000n };

const stop = new AbortController();
process.once("SIGINT", () => stop.abort());

const log = createLog({ level: "info", name: "coarse" });
const identity = identityFromSecret(hexToBytes(secret as `0x${string}`));
const coarsePath = join(dataDir, "coarse.gguf");
writeFileSync(coarsePath, await coarsenWeights(TINY_MODEL, BITS));
const options = { kind: "llama", modelName: "lloom-tiny", threads: 1, sequences: 4 } as const;
await using coarse = await openBackend({ ...options, modelPath: coarsePath }, log);
const [model] = await coarse.listModels(stop.signal);
const offered = model === undefined ? [] : [{ ...model, weightsHash: await hashWeights(TINY_MODEL, stop.signal) }];
const backend = dishonest("model", coarse, offered);
await using chain = await openChain({ rpcUrl, accounting, identity, signal: stop.signal, log });
await using host = await createHost({
  ...{ secret: identity.secret, network: chain.network, listen: ["/ip4/127.0.0.1/tcp/0"] },
  ...{ bootstrap: bootstrap.split(","), dhtServer: true, log },
});
using database = openDatabase(join(dataDir, "executor.sqlite"), { cipher: createTextCipher(identity.secret) });
const store = openExecutorLog(database);
await using _executor = await createExecutor(
  { identity, chain, host, store, backend, log },
  { price: PRICE, appeals: "off", settleAmount: 1n << 90n, settleAgeMs: 86_400_000 },
);
console.log("ready");
await untilStopped(stop.signal);

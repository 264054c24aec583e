import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Backend } from "../../../node/src/backend/backend.ts";
import { coarsenWeights } from "../../../node/src/backend/coarse-weights.ts";
import { openBackend } from "../../../node/src/backend/open-backend.ts";
import { hashWeights } from "../../../node/src/backend/weights-hash.ts";
import type { Chain } from "../../../node/src/chain/chain.ts";
import { TINY_MODEL } from "../../../node/src/commands/ask/tiny-model.ts";
import { createExecutor } from "../../../node/src/executor/executor.ts";
import type { ExecutorOptions } from "../../../node/src/executor/executor-options.ts";
import type { Log } from "../../../node/src/log.ts";
import type { Host } from "../../../node/src/p2p/host/host.ts";
import { openDatabase } from "../../../node/src/store/database/database.ts";
import { createTextCipher } from "../../../node/src/store/database/text-cipher.ts";
import { openExecutorLog } from "../../../node/src/store/executor/executor-log.ts";
import type { Identity } from "../../../node/src/wallet/identity.ts";
import { FIRST_MODEL } from "../first-answer.ts";
import { dishonest } from "./dishonest-backend.ts";
import { type Cheat, isProvenBySignatures } from "./kinds.ts";
import { sellByHand } from "./sell-by-hand.ts";

export interface CheatParts {
  readonly cheat: Cheat;
  readonly identity: Identity;
  readonly chain: Chain;
  readonly host: Host;
  readonly log: Log;
  /** For its log and its weights. */
  readonly dataDir: string;
  readonly signal: AbortSignal;
  /** In place of a development network's own. */
  readonly options?: Partial<ExecutorOptions>;
}

/** Cheaper than anybody honest, so that it is asked first; base units per 1 000 000 tokens. */
const LURE = { inboundPrice: 80_000n, outboundPrice: 320_000n };
/** The development network settles soon, so that a newcomer sees it happen. */
const SETTLE_MS = 2_000;
/** Bits of a weight, where the signed ones have 16. */
const COARSE_BITS = 4;

/** Starts a dishonest executor. All but what is wrong with it is what honest ones run. */
export async function openCheat(parts: CheatParts): Promise<AsyncDisposable> {
  const { cheat, identity, chain, host, log, dataDir, signal } = parts;
  await using stack = new AsyncDisposableStack();
  const inner = stack.use(await openModel(parts));
  const options = { price: LURE, settleAgeMs: SETTLE_MS, starting: signal, ...parts.options };
  if (isProvenBySignatures(cheat)) {
    stack.use(await sellByHand({ cheat, identity, chain, host, backend: inner, options, log }));
    return stack.move();
  }
  const [model] = await inner.listModels(signal);
  const offered = model === undefined ? [] : [{ ...model, weightsHash: await hashWeights(TINY_MODEL, signal) }];
  const cipher = createTextCipher(identity.secret);
  const store = openExecutorLog(stack.use(openDatabase(join(dataDir, "executor.sqlite"), { cipher })));
  const backend = dishonest(cheat, inner, offered);
  stack.use(await createExecutor({ identity, chain, store, backend, host, log }, options));
  return stack.move();
}

async function openModel({ cheat, dataDir, log, signal }: CheatParts): Promise<Backend> {
  let modelPath = TINY_MODEL;
  if (cheat === "model") {
    modelPath = join(dataDir, "coarse.gguf");
    await writeFile(modelPath, await coarsenWeights(TINY_MODEL, COARSE_BITS));
  }
  return openBackend({ kind: "llama", modelPath, modelName: FIRST_MODEL, threads: 1, sequences: 2 }, log, signal);
}

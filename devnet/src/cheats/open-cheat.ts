import { join } from "node:path";
import { openBackend } from "../../../node/src/backend/open-backend.ts";
import type { Chain } from "../../../node/src/chain/chain.ts";
import { TINY_MODEL } from "../../../node/src/commands/tiny-model.ts";
import { createExecutor } from "../../../node/src/executor/executor.ts";
import type { Log } from "../../../node/src/log.ts";
import type { Host } from "../../../node/src/p2p/host/host.ts";
import { openDatabase } from "../../../node/src/store/database.ts";
import { openExecutorLog } from "../../../node/src/store/executor-log.ts";
import { createTextCipher } from "../../../node/src/store/text-cipher.ts";
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
  /** For its log. */
  readonly dataDir: string;
  readonly signal: AbortSignal;
}

/** Cheaper than anybody honest, so that it is asked first; base units per 1 000 000 tokens. */
const LURE = { inboundPrice: 80_000n, outboundPrice: 320_000n };
/** The development network settles soon, so that a newcomer sees it happen. */
const SETTLE_MS = 2_000;
const MODEL = { kind: "llama", modelPath: TINY_MODEL, modelName: FIRST_MODEL, threads: 1, sequences: 2 } as const;

/** Starts a dishonest executor. All but what is wrong with it is what honest ones run. */
export async function openCheat(parts: CheatParts): Promise<AsyncDisposable> {
  const { cheat, identity, chain, host, log, dataDir, signal } = parts;
  await using stack = new AsyncDisposableStack();
  const inner = stack.use(await openBackend(MODEL, log, signal));
  const options = { price: LURE, settleAgeMs: SETTLE_MS, starting: signal };
  if (isProvenBySignatures(cheat)) {
    stack.use(await sellByHand({ cheat, identity, chain, host, backend: inner, options, log }));
    return stack.move();
  }
  const cipher = createTextCipher(identity.secret);
  const store = openExecutorLog(stack.use(openDatabase(join(dataDir, "executor.sqlite"), { cipher })));
  const backend = dishonest(cheat, inner, await inner.listModels(signal));
  stack.use(await createExecutor({ identity, chain, store, backend, host, log }, options));
  return stack.move();
}

/** A process of the benchmark's network: validators, or some executors. Follows one order after the other; ends with its parent. */
import { join } from "node:path";
import { type Address, type Hex, ZERO_HASH } from "@lloom/protocol/commitment-types";
import { hexToBytes } from "@lloom/protocol/hex";
import { validatorKey } from "@lloom/protocol/names";
import type { Backend, Completion, CompletionEvent } from "../../../node/src/backend/backend.ts";
import { openChain } from "../../../node/src/chain/chain.ts";
import { LloomError } from "../../../node/src/errors.ts";
import { createExecutor, type Executor } from "../../../node/src/executor/executor.ts";
import { createLog } from "../../../node/src/log.ts";
import { announce } from "../../../node/src/p2p/discovery/provider-records.ts";
import { createHost, type Host } from "../../../node/src/p2p/host/host.ts";
import { serveRpc } from "../../../node/src/p2p/rpc/rpc.ts";
import { aborted } from "../../../node/src/primitives/aborted.ts";
import { openDatabase } from "../../../node/src/store/database/database.ts";
import { createTextCipher } from "../../../node/src/store/database/text-cipher.ts";
import { openExecutorLog } from "../../../node/src/store/executor/executor-log.ts";
import { createValidator } from "../../../node/src/validator/validator.ts";
import { identityFromSecret } from "../../../node/src/wallet/identity.ts";
import { type Conduct, type Done, type Joining, MODEL, type Order, type Sold } from "./worker-words.ts";

const log = createLog({ level: "silent", name: "bench" });
const never = new AbortController().signal;
const executors = new Map<Address, { readonly executor: Executor; readonly backend: StagedBackend }>();

process.on("disconnect", () => process.exit());
process.on("message", (order: Order) => {
  void follow(order).then(
    (multiaddrs) => answer({ atMs: Date.now(), multiaddrs }),
    (thrown: unknown) => answer({ atMs: Date.now(), multiaddrs: [], problem: String(thrown) }),
  );
});

const answer = (done: Done): void => void process.send?.(done);

async function follow(order: Order): Promise<string[][]> {
  if (order.kind === "anchor") return anchor(order);
  if (order.kind === "executors") {
    const hosts = await Promise.all(order.sold.map((sold) => sell(order, sold)));
    return hosts.map((host) => host.multiaddrs());
  }
  const one = executors.get(order.executor);
  if (one === undefined) throw new Error(`${order.executor} is not here`);
  if (order.kind === "conduct") one.backend.conduct = order.conduct;
  else one.executor.reprice({ price: { inboundPrice: order.price, outboundPrice: order.price } });
  return [];
}

async function openMember({ rpcUrl, accounting, bootstrap }: Joining, secret: Hex) {
  const identity = identityFromSecret(hexToBytes(secret));
  const chain = await openChain({ rpcUrl, accounting, identity, signal: never, log });
  const host = await createHost({
    ...{ secret: identity.secret, network: chain.network, bootstrap, log },
    ...{ listen: ["/ip4/127.0.0.1/tcp/0"], dhtServer: true },
  });
  return { identity, chain, host, log };
}

/** A validator, and beside it as many stand-ins as there are keys left, which tell the simulated offers among them. */
async function anchor(order: Extract<Order, { kind: "anchor" }>): Promise<string[][]> {
  const [own, ...others] = order.secrets;
  if (own === undefined) throw new Error("an anchor needs a key");
  const first = await openMember(order, own);
  await createValidator(first, {});
  const part = Math.ceil(order.told.length / Math.max(1, others.length));
  for (const [index, secret] of others.entries()) {
    const { host, chain } = await openMember({ ...order, bootstrap: first.host.multiaddrs() }, secret);
    const told = order.told.slice(index * part, (index + 1) * part);
    const newlySent = () => told.map((signed) => ({ ...signed, sentAt: Date.now() }));
    await serveRpc(host, { offers: ({ model = MODEL }) => (model === MODEL ? newlySent() : []), log });
    announce(host, { keys: [validatorKey(chain.network)], log, signal: never });
  }
  return [first.host.multiaddrs()];
}

async function sell(order: Extract<Order, { kind: "executors" }>, { secret, price }: Sold): Promise<Host> {
  const member = await openMember(order, secret);
  const { identity, host } = member;
  const path = join(order.dir, `${identity.address}.sqlite`);
  const store = openExecutorLog(openDatabase(path, { cipher: createTextCipher(identity.secret) }));
  const backend = new StagedBackend();
  const options = { price: { inboundPrice: price, outboundPrice: price }, settleAmount: 1n << 90n };
  const executor = await createExecutor({ ...member, store, backend }, options);
  executors.set(identity.address, { executor, backend });
  return host;
}

/** Answers at once, or does what else it is told. */
class StagedBackend implements Backend {
  readonly name = "staged";
  conduct: Conduct = "answers";
  readonly #models = [{ model: MODEL, maxContext: 4096, weightsHash: ZERO_HASH }];

  listModels = async () => this.#models;
  countInbound = async () => 8;
  checkHealth = async () => undefined;

  async *complete(_: Completion, signal: AbortSignal): AsyncGenerator<CompletionEvent> {
    if (this.conduct === "refuses") throw new LloomError("BACKEND_FAILED", "It was told to fail.");
    if (this.conduct === "silent") await aborted(signal);
    else yield { type: "text", text: "Here." };
    const finishReason = this.conduct === "silent" ? "cancelled" : "stop";
    yield { type: "end", finishReason, inboundTokens: 8, outboundTokens: this.conduct === "silent" ? 0 : 1 };
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

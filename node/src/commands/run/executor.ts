import type { ErrorCode } from "@lloom/protocol/error-codes";
import type { Backend } from "../../backend/backend.ts";
import { openBackend } from "../../backend/open-backend.ts";
import { shownTokens, tokenOf } from "../../chain/account/calls.ts";
import type { Chain } from "../../chain/chain.ts";
import { untilStopped } from "../../daemon.ts";
import { asLloomError, LloomError } from "../../errors.ts";
import { createExecutor, type Executor } from "../../executor/executor.ts";
import type { Price } from "../../executor/executor-options.ts";
import type { ExecutorStatus } from "../../executor/executor-status.ts";
import type { PeerTarget } from "../../p2p/host/dial.ts";
import type { Settings } from "../../settings.ts";
import { notePaidToken } from "../../store/database/paid-token.ts";
import { openExecutorLog } from "../../store/executor/executor-log.ts";
import { lockKey } from "../../store/files/key-lock.ts";
import { announce, type Command, type CommandContext } from "../command.ts";
import { tellDuty } from "../dispute/words.ts";
import { openIdentity, openLog, openOwnChain, openRoom, scopeOf, settingAmount } from "../open/open.ts";
import { openClock } from "../open/open-clock.ts";
import { LISTENING_NAMES, openHost } from "../open/open-host.ts";
import { metricsLine, OBSERVATION_NAMES, openOwnObservation } from "../open/open-observation.ts";
import { counted } from "../words.ts";
import { chosenBackend } from "./chosen-backend.ts";
import { tellPast, tellWaiting } from "./executor-past.ts";
import { followDrain, forgetDrain } from "./follow-drain.ts";
import { executorLacks, warnOf } from "./lacks.ts";
import { observeExecutor } from "./observe-executor.ts";
import { followReach, REACH_NAMES, warnUnreachable } from "./reachable.ts";

/** Three of four places: the others are for clients that have a channel and have used it. */
const MOST_STRANGERS = 768;

/** `lloom executor`: sells answers. */
export const executor: Command = {
  kind: "daemon",
  settings: [
    ...LISTENING_NAMES,
    ...REACH_NAMES,
    "backend",
    "backendKeyFile",
    "backendModels",
    "threads",
    "gpu",
    "concurrency",
    "peerRate",
    "inboundPrice",
    "outboundPrice",
    "settleAmount",
    "settleAge",
    "drainSeconds",
    "appeals",
    "appealDeposits",
    "watchtowers",
    "watchtowerFee",
    ...OBSERVATION_NAMES,
  ],
  examples: [
    "lloom executor",
    "lloom executor --backend ./qwen3-8b-q4.gguf --inbound-price 0.05 --outbound-price 0.20",
    "lloom executor --backend http://127.0.0.1:11434/v1 --models llama3.2",
  ],
  run: async (context) => {
    const { settings, stack, log } = context;
    const backendOptions = chosenBackend(settings);
    const identity = await openIdentity(context);
    const observation = await openOwnObservation(context, "executor");
    const chain = await openOwnChain(context, identity);
    // Before a model is loaded, which may take minutes.
    const price = priceOf(chain, settings);
    const settleAmount = settingAmount(chain, settings, "settleAmount");
    const appealDeposits = settingAmount(chain, settings, "appealDeposits");
    const backend = stack.use(await openBackend(backendOptions, log));
    await checkBackend(context, backend);
    stack.use(lockKey({ scope: scopeOf(chain, identity), role: "an executor" }));
    const db = openLog(context, { file: "executor.sqlite", chain, identity });
    notePaidToken(db, tokenOf(chain));
    const store = openExecutorLog(db);
    forgetDrain(context);
    const room = openRoom(context);
    const limits = { mostStrangers: MOST_STRANGERS };
    const host = await openHost(context, { identity, chain, dhtServer: true, limits });
    const clock = openClock(context, { chain, host });
    const running = stack.use(
      await createExecutor(
        { identity, chain, store, backend, host, log, room },
        {
          price,
          models: settings.backendModels,
          concurrency: settings.concurrency,
          peerRequestsPerSecond: settings.peerRate,
          settleAmount,
          settleAgeMs: settings.settleAge * 1000,
          drainGraceMs: (settings.drainSeconds * 1000) / 2,
          appeals: settings.appeals,
          appealDeposits,
          watchtowers: settings.watchtowers.map(targetOfAddress),
          watchtowerFee: settingAmount(chain, settings, "watchtowerFee"),
          starting: context.signal,
          onWaiting: (word) => tellWaiting(context, word),
          onDispute: (duty) => tellDuty(context, duty),
        },
      ),
    );
    const metrics = await observation.serve(
      observeExecutor(observation.metrics, { running, store, host, clock, room }),
    );
    const models = (await backend.listModels(context.signal)).map(({ model }) => model);
    const watchtowerFee = settings.watchtowers.length > 0 ? settingAmount(chain, settings, "watchtowerFee") : 0n;
    warnOf(context, await executorLacks(chain, identity.address, watchtowerFee));
    tellPast(context, running.past);
    context.onReload(() => repriceFrom(context, chain, running));
    ready(context, { address: identity.address, peerId: host.peerId, multiaddrs: host.multiaddrs(), models, metrics });
    void warnUnreachable(context, host);
    followReach(context, host);
    const drained = followDrain(context, { running, chain }).then(() => undefined);
    const failure = await untilStopped(context.signal, Promise.race([running.failed, drained]));
    await leave(context, { chain, running, failure });
  },
};

/** Its form says that it ends with a peer's id. */
const targetOfAddress = (multiaddr: string): PeerTarget => ({
  peerId: multiaddr.slice(multiaddr.lastIndexOf("/") + 1),
  multiaddrs: [multiaddr],
});

const priceOf = (chain: Chain, settings: Settings): Price => ({
  inboundPrice: settingAmount(chain, settings, "inboundPrice"),
  outboundPrice: settingAmount(chain, settings, "outboundPrice"),
});

/** Takes the prices that the configuration says now; with a mistake in it, the old ones stay. */
function repriceFrom(context: CommandContext, chain: Chain, running: Executor): void {
  try {
    const settings = context.reread();
    const price = priceOf(chain, settings);
    running.reprice({ price });
    context.log.info(
      { inboundPrice: String(price.inboundPrice), outboundPrice: String(price.outboundPrice) },
      "repriced",
    );
    announce(
      context,
      { event: "repriced", ...price },
      `New prices: ${settings.inboundPrice} and ${settings.outboundPrice} ${chain.tokenSymbol} for 1 000 000 prompt and answer tokens.`,
    );
  } catch (thrown) {
    const { code, message, next } = asLloomError(thrown);
    context.log.error({ code, problem: message }, "prices not changed");
    announce(
      context,
      { event: "warning", of: "prices", code, problem: message, next },
      `Warning: the prices stay as they are. ${message}\n  ${next}`,
    );
  }
}

interface Leaving {
  readonly chain: Chain;
  readonly running: Executor;
  /** Why it cannot go on; undefined when it was asked to stop. */
  readonly failure: LloomError | undefined;
}

/** Drains, says what stays owed, and throws why the executor cannot go on. */
async function leave(context: CommandContext, { chain, running, failure }: Leaving): Promise<void> {
  if (failure) context.log.error({ code: failure.code, problem: failure.message }, "the executor cannot go on");
  draining(context, running.status());
  try {
    await running.drain(AbortSignal.timeout(context.settings.drainSeconds * 1000));
  } catch (thrown) {
    // What broke first is what its owner has to mend.
    throw failure ?? thrown;
  } finally {
    tellOwed(context, chain, running.status().owed);
  }
  if (failure) throw failure;
}

const BACKEND_START_MS = 30_000;

/** Throws what the backend throws, with what its owner can do: nobody else's backend is chosen here. */
async function checkBackend({ settings, signal }: CommandContext, backend: Backend): Promise<void> {
  try {
    await backend.checkHealth(AbortSignal.any([signal, AbortSignal.timeout(BACKEND_START_MS)]));
  } catch (thrown) {
    const error = asLloomError(thrown, "BACKEND_FAILED");
    if (!OUTAGES.has(error.code)) throw error;
    throw new LloomError(error.code, `--backend ${settings.backend}: ${error.message}`, {
      cause: thrown,
      next: "Start the backend, or correct --backend or --backend-key-file; then start the executor again.",
    });
  }
}
const OUTAGES: ReadonlySet<ErrorCode> = new Set(["BACKEND_FAILED", "BACKEND_TIMEOUT", "MODEL_NOT_FOUND"]);

/** What could not be settled at the end, for whoever believes that all is done. */
function tellOwed(context: CommandContext, chain: Chain, owed: bigint): void {
  if (owed === 0n) return;
  const shown = shownTokens(chain, owed);
  announce(
    context,
    { event: "warning", of: "settlement", owed, token: tokenOf(chain) },
    `Warning: ${shown} of answers are not settled; the log says why.\n  Start the executor again to settle them: lloom executor`,
  );
}

/** Says why the process does not end yet. */
function draining(context: CommandContext, { running, waiting }: ExecutorStatus): void {
  const answers = running + waiting;
  const { drainSeconds } = context.settings;
  context.log.info({ answers, drainSeconds }, "draining");
  if (answers === 0) return;
  announce(
    context,
    { event: "draining", answers, drainSeconds },
    `Finishing ${counted(answers, "answer")}, for ${drainSeconds} s at most. Ctrl-C again ends at once.`,
  );
}

interface Ready {
  readonly address: string;
  readonly peerId: string;
  readonly multiaddrs: readonly string[];
  readonly models: readonly string[];
  /** Where metrics are served, if they are. */
  readonly metrics: string | undefined;
}

function ready(context: CommandContext, facts: Ready): void {
  announce(
    context,
    { event: "ready", role: "executor", ...facts },
    [
      `Executor ${facts.address} is ready and sells ${facts.models.join(", ")}; it listens on`,
      ...facts.multiaddrs.map((multiaddr) => `  ${multiaddr}`),
      ...metricsLine(facts.metrics),
      "Ctrl-C finishes what runs, settles what is owed, and stops.",
    ].join("\n"),
  );
}

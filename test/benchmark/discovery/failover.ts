import type { Address } from "@lloom/protocol/commitment-types";
import type { Client } from "../../../node/src/client/client.ts";
import { median } from "../serving/percentile.ts";
import { QUESTION } from "./bench-clients.ts";
import type { DiscoveryNetwork, RealExecutor } from "./discovery-network.ts";
import { say } from "./discovery-network.ts";
import { untilTrue } from "./until-true.ts";
import type { Conduct } from "./worker-words.ts";

/** Answers of each executor to each client before, so that channels are open and it is known how long first tokens take. */
const WARM_UP = 2;
/** Executors by price, the cheapest first: each is the next choice when the one before it has failed. */
const FAULTS = 12;
const KILLS = 4;
const KNOWN_DEADLINE_MS = 120_000;

export interface Failovers {
  /** Seconds more than a normal answer, by what happened to the chosen executor; of killed ones, all seconds since the kill. */
  readonly refuses: readonly number[];
  readonly silent: readonly number[];
  readonly killed: readonly number[];
  /** Questions that got no answer. */
  readonly lost: number;
  /** Of a normal answer, seconds. */
  readonly normal: number;
}

/** Lets the executor that everybody chooses fail in one way after the other. `onDeath` is told whose process ended, and when. */
export async function failovers(
  { executors, meeting: { signal } }: DiscoveryNetwork,
  buyers: readonly Client[],
  onDeath: (dead: readonly RealExecutor[], atMs: number) => void,
): Promise<Failovers> {
  say("first answers of everybody, which open channels");
  const known = { sinceMs: Date.now(), deadlineMs: KNOWN_DEADLINE_MS, signal };
  await Promise.all(buyers.map((buyer) => untilTrue(() => knowsAll(buyer, executors), known)));
  await Promise.all(buyers.map((buyer) => meetAll(buyer, executors, signal)));
  const normal = median(await normalAnswers(buyers, signal));
  const took: Record<"refuses" | "silent" | "killed", number[]> = { refuses: [], silent: [], killed: [] };
  let lost = 0;
  const note = (kind: keyof typeof took, results: readonly (number | undefined)[]): void => {
    for (const seconds of results)
      if (seconds === undefined) lost += 1;
      else took[kind].push(kind === "killed" ? seconds : seconds - normal);
  };
  for (const [place, executor] of executors.slice(0, FAULTS).entries()) {
    const conduct: Conduct = place % 2 === 0 ? "refuses" : "silent";
    await executor.process.order({ kind: "conduct", executor: executor.address, conduct });
    note(conduct, await Promise.all(buyers.map((buyer) => ask(buyer, { signal }))));
  }
  for (const executor of executors.slice(FAULTS, FAULTS + KILLS)) {
    const { process, address } = executor;
    await process.order({ kind: "conduct", executor: address, conduct: "silent" });
    let signed = 0;
    let killedMs = 0;
    const onSigned = (): void => {
      signed += 1;
      if (signed < buyers.length || killedMs > 0) return;
      killedMs = performance.now();
      process.kill();
      onDeath(
        executors.filter((one) => one.process === process),
        Date.now(),
      );
    };
    note("killed", await Promise.all(buyers.map((buyer) => ask(buyer, { signal, onSigned, sinceMs: () => killedMs }))));
  }
  return { ...took, lost, normal };
}

function knowsAll(buyer: Client, executors: readonly RealExecutor[]): boolean {
  const known = new Set(buyer.offers(QUESTION.model).map(({ offer }) => offer.executor));
  return executors.every(({ address }) => known.has(address));
}

async function meetAll(buyer: Client, executors: readonly RealExecutor[], signal: AbortSignal): Promise<void> {
  for (let turn = 0; turn < WARM_UP; turn += 1)
    for (const { address } of executors) await ask(buyer, { signal, only: address });
}

async function normalAnswers(buyers: readonly Client[], signal: AbortSignal): Promise<number[]> {
  const seconds: number[] = [];
  for (let turn = 0; turn < 5; turn += 1)
    for (const one of await Promise.all(buyers.map((buyer) => ask(buyer, { signal })))) seconds.push(one ?? 0);
  return seconds;
}

interface Asking {
  readonly signal: AbortSignal;
  readonly only?: Address;
  /** The first request was signed: the choice was made. */
  readonly onSigned?: () => void;
  /** Since when it counts; the question unless given. */
  readonly sinceMs?: () => number;
}

/** Seconds until the answer's end; undefined for none. */
async function ask(buyer: Client, { signal, only, onSigned, sinceMs }: Asking): Promise<number | undefined> {
  const startedMs = performance.now();
  let attempt = 0;
  try {
    const question = only === undefined ? QUESTION : { ...QUESTION, executor: only };
    for await (const event of buyer.ask(question, signal)) {
      if (event.type === "executor") attempt = event.attempt;
      if (event.type === "signed" && attempt === 1) onSigned?.();
      if (event.type === "end") return (performance.now() - Math.max(startedMs, sinceMs?.() ?? 0)) / 1000;
    }
  } catch (thrown) {
    if (signal.aborted) throw thrown;
    say(`a question got no answer: ${String(thrown)}`);
  }
  return undefined;
}

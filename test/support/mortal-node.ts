/** A node's process that is killed at steps of its work, once at each, and started again every time. */
import { setTimeout as delay } from "node:timers/promises";
import { Transaction } from "ethers";
import type { RunningNode } from "../../devnet/src/nodes.ts";
import type { RpcGate } from "./rpc-gate.ts";

/** When it is killed: as it sends a transaction, which arrives or does not, or as soon as something is seen to be so. */
export type Death = { readonly step: string } & (
  | { readonly selector: string; readonly passage: "refuse" | "loseAnswer" }
  | { readonly holds: () => boolean }
);

const LOOK_MS = 5;

/**
 * Starts a node and goes on until it has died of everything, in whatever order that comes; then it lives. Throws when a death does not come
 * in time. `gate`: its only way to the chain. `version`: changes with all that the deaths look at; nobody looks before it has.
 */
export async function dieOfAll(
  deaths: readonly Death[],
  {
    start,
    gate,
    version,
    patienceMs,
  }: {
    readonly start: () => Promise<RunningNode>;
    readonly gate?: RpcGate;
    readonly version: () => unknown;
    readonly patienceMs: number;
  },
): Promise<RunningNode> {
  const left = new Set(deaths);
  let last: RunningNode | undefined;
  const begin = (): Promise<RunningNode> => last?.restart() ?? start();
  while (left.size > 0) {
    const up = Promise.withResolvers<RunningNode>();
    const died = Promise.withResolvers<Death>();
    const kill = async (death: Death): Promise<void> => {
      const { process } = await up.promise;
      process.expectEnd();
      process.signal("SIGKILL");
      await process.ended;
      died.resolve(death);
    };
    if (gate !== undefined) listen(gate, { left, kill });
    const looking = new AbortController();
    const names = [...left].map(({ step }) => step).join(", ");
    const late = setTimeout(() => died.reject(new Error(`Not in time: ${names}.`)), patienceMs);
    try {
      last = await begin();
      up.resolve(last);
      watch({ left, kill, version, signal: looking.signal }).catch(died.reject);
      left.delete(await died.promise);
    } finally {
      clearTimeout(late);
      looking.abort();
      if (gate !== undefined) gate.decide = () => "pass";
    }
  }
  return begin();
}

interface Mortal {
  readonly left: ReadonlySet<Death>;
  readonly kill: (death: Death) => Promise<void>;
}

/** A transaction of which it dies waits until it is up, so that its start is over. */
function listen(gate: RpcGate, { left, kill }: Mortal): void {
  let selector = "";
  let isDead = false;
  gate.observe = (method, params) => {
    const isSent = method === "eth_sendRawTransaction";
    selector = isSent ? Transaction.from(String(params[0])).data.slice(0, 10) : "";
  };
  gate.decide = async () => {
    const death = [...left].find((one) => "selector" in one && one.selector === selector);
    if (isDead || death === undefined || !("selector" in death)) return isDead ? "refuse" : "pass";
    isDead = true;
    await kill(death);
    return death.passage;
  };
}

async function watch({
  left,
  kill,
  version,
  signal,
}: Mortal & { readonly version: () => unknown; readonly signal: AbortSignal }): Promise<void> {
  let seen: unknown;
  for (let looks = 0; !signal.aborted; looks++) {
    const now = version();
    const death = looks > 0 && now === seen ? undefined : [...left].find((one) => "holds" in one && one.holds());
    seen = now;
    if (death !== undefined) return kill(death);
    await delay(LOOK_MS);
  }
}

import { publicClients } from "ponder:api";
import type { Hex } from "viem";
import { steadyMs } from "./clock.ts";
import type { BlockPoint } from "./snapshot.ts";

const FRESH_MS = 1_000;
const TIMEOUT_MS = 5_000;

/** The chain as the RPC shows it now; undefined while it does not answer. */
export interface ChainView {
  readonly genesisHash: Hex;
  readonly head: BlockPoint;
}

let asked: { readonly atMs: number; readonly view: Promise<ChainView | undefined> } | undefined;

/** The chain's head and genesis, at most a second old, however many ask. */
export function chainView(): Promise<ChainView | undefined> {
  const nowMs = steadyMs();
  if (asked === undefined || nowMs - asked.atMs > FRESH_MS) asked = { atMs: nowMs, view: askChain() };
  return asked.view;
}

/** Ponder retries RPC calls for minutes; whoever asks here gets an answer sooner. */
async function askChain(): Promise<ChainView | undefined> {
  const client = publicClients.lloom;
  const deadline = new Promise<undefined>((resolve) => {
    setTimeout(() => resolve(undefined), TIMEOUT_MS).unref();
  });
  const answer = Promise.all([client.getBlock({ blockNumber: 0n }), client.getBlock({ blockTag: "latest" })]);
  const blocks = await Promise.race([answer.catch(() => undefined), deadline]);
  if (blocks === undefined) return undefined;
  const [genesis, head] = blocks;
  return { genesisHash: genesis.hash, head: { number: head.number, timestamp: Number(head.timestamp) } };
}

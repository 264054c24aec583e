import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { type CommitmentHasher, createCommitmentHasher } from "@lloom/protocol/commitments";
import type { Health, SheetKind } from "@lloom/protocol/observed/sheets";
import { recoverAddress } from "@lloom/protocol/signatures";
import { steadyMs } from "../clock.ts";
import { settings } from "../env.ts";
import { readDeployment } from "../indexer/chain.ts";
import { besideThePage } from "../moment/page-moment.ts";
import { type Observation, sheetOf } from "./read-sheet.ts";

/** A deployment never changes; the index behind an address may be replaced. */
const HASHER_MS = 300_000;
let known: { readonly hasher: CommitmentHasher; readonly untilMs: number } | undefined;

/** For which deployment an observer has to have signed: the one that the index reads. */
async function hasherNow(): Promise<CommitmentHasher | undefined> {
  if (known !== undefined && known.untilMs > steadyMs()) return known.hasher;
  const deployment = await besideThePage(readDeployment);
  if (!deployment.ok || deployment.value === undefined) return undefined;
  const { chainId, accounting } = deployment.value;
  const hasher = createCommitmentHasher({ chainId, accounting });
  known = { hasher, untilMs: steadyMs() + HASHER_MS };
  return hasher;
}

async function observed<Kind extends SheetKind>(kind: Kind, path: string): Promise<Observation<Kind>> {
  const { observer } = settings();
  if (observer === undefined) return { state: "none" };
  const hasher = await hasherNow();
  return hasher === undefined
    ? { state: "silent" }
    : sheetOf({ observer, kind, path, judge: { hasher, recover: recoverAddress } });
}

/*
 * What stands on no chain: asked of the observer, after a page has read the index.
 */

/** Which models are offered, from how many that answer, for how much at least. */
export const observedModels = () => observed("models", "/v1/models");
/** Executors, with the cheapest of what each offers, and how each answers. */
export const observedExecutors = () => observed("executors", "/v1/executors");
/** Who offers a model now. */
export const observedSellers = (modelHash: Hex) => observed("book", `/v1/book?model=${modelHash}`);
/** What an executor offers now. */
export const observedOffers = (executor: Address) => observed("book", `/v1/book?executor=${executor}`);
/** What a model was offered for. */
export const observedPrices = (modelHash: Hex) => observed("prices", `/v1/prices?model=${modelHash}&days=30`);
/** How an executor answered, hour by hour. */
export const observedUptime = (executor: Address) => observed("uptime", `/v1/uptime?executor=${executor}&days=30`);

/** How an executor answered last, also if it offers nothing any more; null where nobody knows. */
export async function healthOf(executor: Address): Promise<Health | null> {
  const all = await observedExecutors();
  return (all.state === "seen" ? all.content.executors.find((row) => row.executor === executor)?.health : null) ?? null;
}

import type { Hex } from "@lloom/protocol/commitment-types";
import { followBatch, sendBatch } from "./batch.ts";
import type { WalletDeployment } from "./deployment.ts";
import { signPermit } from "./permit.ts";
import type { Call } from "./plan.ts";
import type { Route } from "./route.ts";
import { followCall, type Mined, sendCall, simulate } from "./send.ts";
import type { Session } from "./session.ts";

/** How far a plan has come. */
export type Step =
  | { readonly state: "signing"; readonly what: string }
  | { readonly state: "confirming"; readonly what: string }
  | { readonly state: "sent"; readonly what: string; readonly hash: Hex | undefined }
  | { readonly state: "mined"; readonly what: string; readonly hash: Hex; readonly block: bigint };

export interface CarryOut {
  readonly session: Session;
  readonly deployment: WalletDeployment;
  readonly route: Route;
  /** The chain's clock and this machine's, whichever is ahead. */
  readonly nowSeconds: bigint;
  readonly onStep: (step: Step) => void;
  readonly signal: AbortSignal;
}

/**
 * Carries a plan out to its end: what has to be signed is signed, and every transaction is simulated, sent, and followed into a block
 * before the next one. Returns the last one. Throws what the wallet throws, and LloomError TRANSACTION_FAILED.
 */
export async function carryOut(asked: CarryOut): Promise<Mined> {
  const { session, deployment, route, onStep, signal } = asked;
  const { provider } = session.wallet;
  if (route.kind === "batch") {
    const what = route.calls.map((call) => call.what).join("; ");
    onStep({ state: "confirming", what });
    const id = await sendBatch(provider, session.address, deployment.chainId, route.calls);
    onStep({ state: "sent", what, hash: undefined });
    const mined = await followBatch(provider, id, signal);
    onStep({ state: "mined", what, ...mined });
    return mined;
  }
  const calls = route.kind === "permit" ? await withPermit(asked, route) : route.calls;
  let last: Mined | undefined;
  for (const call of calls) last = await carryOutCall(asked, call);
  return last as Mined;
}

async function withPermit(
  { session, deployment, nowSeconds, onStep }: CarryOut,
  { taking, terms, calls }: Extract<Route, { kind: "permit" }>,
): Promise<readonly Call[]> {
  const { spender, amount, withPermit } = taking;
  const [first, ...others] = calls;
  onStep({ state: "signing", what: `Sign that ${taking.contract} may take the tokens` });
  const permit = await signPermit(session.wallet.provider, deployment, terms, {
    ...{ owner: session.address, spender, amount, nowSeconds },
  });
  const permitted = withPermit?.(permit) ?? first;
  return permitted === undefined ? others : [permitted, ...others];
}

async function carryOutCall({ session, deployment, onStep, signal }: CarryOut, call: Call): Promise<Mined> {
  const { address: from, wallet } = session;
  const { what } = call;
  onStep({ state: "confirming", what });
  await simulate(wallet.provider, from, call);
  const hash = await sendCall(wallet.provider, from, call);
  onStep({ state: "sent", what, hash });
  const mined = await followCall(wallet.provider, { hash, from, call, token: deployment.token, signal });
  onStep({ state: "mined", what, ...mined });
  return mined;
}

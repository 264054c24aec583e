import { formatMoney } from "../format.ts";
import { encodeCall } from "./contracts.ts";
import type { WalletDeployment } from "./deployment.ts";
import type { PermitTerms } from "./permit.ts";
import type { Call, Plan, Taking } from "./plan.ts";

/** How a plan is carried out: what is signed, and which transactions are sent. */
export type Route =
  /** All of it in one transaction that happens whole or not at all (EIP-5792). */
  | { readonly kind: "batch"; readonly calls: readonly Call[] }
  /** A permit first, which sends nothing, then the calls one after the other. */
  | { readonly kind: "permit"; readonly taking: Taking; readonly terms: PermitTerms; readonly calls: readonly Call[] }
  /** One call after the other. */
  | { readonly kind: "calls"; readonly calls: readonly Call[] };

/** What a wallet and the token can do. */
export interface Means {
  readonly canBatch: boolean;
  readonly permitTerms: PermitTerms | undefined;
}

/** The approval that comes before a taking. */
const approvalOf = ({ spender, amount, contract }: Taking, { paymentToken, token }: WalletDeployment): Call => ({
  ...{ what: `Let ${contract} take ${formatMoney(amount, token)}`, contract: "token", to: paymentToken, value: 0n },
  data: encodeCall("token", "approve", [spender, amount]),
});

/** The way with the fewest transactions that leaves no allowance behind. */
export function routeOf(
  { calls, taking }: Plan,
  { canBatch, permitTerms }: Means,
  deployment: WalletDeployment,
): Route {
  const missing = taking !== undefined && taking.allowed < taking.amount ? taking : undefined;
  const all = missing === undefined ? calls : [approvalOf(missing, deployment), ...calls];
  if (canBatch && all.length > 1) return { kind: "batch", calls: all };
  if (missing?.withPermit !== undefined && permitTerms !== undefined)
    return { kind: "permit", taking: missing, terms: permitTerms, calls };
  return { kind: "calls", calls: all };
}

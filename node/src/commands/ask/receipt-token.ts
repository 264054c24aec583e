import type { PaymentToken } from "@lloom/protocol/amounts";
import type { CommitmentDomain } from "@lloom/protocol/commitments";
import { NETWORKS } from "@lloom/protocol/generated/networks";
import type { NetworkBook } from "@lloom/protocol/networks";
import { tokenOf } from "../../chain/account/calls.ts";
import { openChain } from "../../chain/chain.ts";
import { asLloomError } from "../../errors.ts";
import type { CommandContext } from "../command.ts";
import { chosenDeployment } from "../open/deployment.ts";

/** How long the chain may take to name the token: a receipt is right or wrong without it. */
const PATIENCE_MS = 5_000;

/** What a receipt's amounts are counted in, or why nobody here can say. */
export type ReceiptToken =
  | { readonly token: PaymentToken; readonly why?: never }
  | { readonly token?: never; readonly why: string };

/**
 * The token of a receipt's deployment: as the address book has it, else as the chain says of the deployment that the settings
 * choose. Another one is not asked: whoever made up a receipt could have made up its deployment, and the name of its token.
 */
export async function receiptToken(
  { settings, signal, log }: Pick<CommandContext, "settings" | "signal" | "log">,
  { chainId, accounting }: CommitmentDomain,
  book: NetworkBook = NETWORKS,
): Promise<ReceiptToken> {
  const known = Object.values(book).find(
    (network) => BigInt(network.chainId) === chainId && network.contracts.AccountingV2 === accounting,
  );
  if (known !== undefined) return { token: known.paymentToken };
  if (settings.network === undefined && settings.accounting === undefined)
    return { why: "name the deployment (--network, or --accounting and --rpc) to see them in tokens" };
  try {
    if (chosenDeployment(settings).accounting !== accounting)
      return { why: "the receipt is of another deployment than the one of --accounting or --network" };
    const patience = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
    await using chain = await openChain({ rpcUrl: settings.rpc, accounting, signal: patience, log });
    if (chain.domain.chainId === chainId) return { token: tokenOf(chain) };
    return { why: `the RPC server is of chain ${chain.domain.chainId}` };
  } catch (thrown) {
    signal.throwIfAborted();
    const { code, message } = asLloomError(thrown);
    return { why: code === "CANCELLED" ? "the RPC server did not answer in time" : message };
  }
}

import { LloomError } from "@lloom/protocol/lloom-error";
import { carryOut, type Step } from "./carry-out.ts";
import type { WalletDeployment } from "./deployment.ts";
import { authorizeCall, type Possession } from "./plans/signers.ts";
import type { Mined } from "./send.ts";
import type { Session } from "./session.ts";

/** A session key that is to sign for the account of a wallet. */
export interface SignerWish {
  readonly session: Session;
  readonly deployment: WalletDeployment;
  /** What the session key signed: `SignerAuthorization`, whose principal is the wallet's account. */
  readonly proof: Possession;
  readonly onStep?: (step: Step) => void;
  readonly signal: AbortSignal;
}

/**
 * Has a wallet let a session key sign for its account, and waits until that is in a block. Throws what the wallet throws, LloomError
 * CHAIN_MISMATCH where it is on another chain, ORDER_INVALID for another account's proof, and TRANSACTION_FAILED.
 */
export async function authorizeSessionSigner({
  session,
  deployment,
  proof,
  onStep = () => {},
  signal,
}: SignerWish): Promise<Mined> {
  if (session.chainId !== deployment.chainId)
    throw new LloomError(
      "CHAIN_MISMATCH",
      `The wallet is on chain ${session.chainId}, the network on ${deployment.chainId}.`,
    );
  if (proof.authorization.principal !== session.address)
    throw new LloomError(
      "ORDER_INVALID",
      `The proof is for ${proof.authorization.principal}, and not for ${session.address}.`,
    );
  const calls = [authorizeCall({ deployment }, proof)];
  return await carryOut({
    ...{ session, deployment, onStep, signal },
    route: { kind: "calls", calls },
    nowSeconds: 0n,
  });
}

import { proofFile, proveSession, type Session, type SessionProof } from "@lloom/browser/session";
import type { Address } from "@lloom/protocol/commitment-types";
import { nowSeconds } from "../clock.ts";
import { domainOf, type ToldNetwork } from "../direct/network.ts";

/** How long the principal has to send the proof. */
const VALID_SECONDS = 24n * 3_600n;

/** What makes a session key sign for a principal: one transaction of the principal's, `authorizeSigner` with the proof. */
export interface Authorisation {
  readonly proof: SessionProof;
  /** The proof as a file, which holds no secret. */
  readonly file: { readonly name: string; readonly text: string };
  /** With the principal's key, beside the file. */
  readonly command: string;
}

/**
 * How the principal authorises a session. This is the one place that knows: whatever sends the transaction, a command or a wallet, takes
 * the proof from here. Throws LloomError where the session is the principal itself.
 */
export function authorise(session: Session, principal: Address, network: ToldNetwork): Authorisation {
  const deadline = BigInt(nowSeconds()) + VALID_SECONDS;
  const proof = proveSession(session, { domain: domainOf(network), principal, deadline });
  const name = `session-${session.address.slice(2, 10)}.json`;
  return { proof, file: { name, text: proofFile(proof) }, command: `lloom signer add ${name}` };
}

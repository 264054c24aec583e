import type { RecoverAddress } from "@lloom/protocol/signatures";
import type { Chain } from "../chain/chain.ts";
import { readSigner } from "../chain/reads.ts";
import type { FetchEvidenceParts } from "./fetch-evidence.ts";

/**
 * Whose a signature is, by itself or by the chain: a session key that was revoked has signed all the same what it signed before.
 * Throws what reads throw.
 */
export const signedFor =
  (chain: Chain, recover: RecoverAddress): FetchEvidenceParts["isSignedFor"] =>
  async (account, digest, signature) => {
    const signer = recover(digest, signature);
    if (signer === undefined) return false;
    return signer === account || (await readSigner(chain, signer))?.principal === account;
  };

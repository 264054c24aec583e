import type { ChainAccount } from "../../chain/contract-call.ts";
import { openRemoteSigner } from "../../wallet/remote-signer.ts";
import type { CommandContext } from "../command.ts";
import { openIdentity } from "./open.ts";

/** Who signs for an account. */
export interface AccountKey {
  readonly account: ChainAccount;
  /** The key's 32 bytes, never shown; undefined where another program has them. */
  readonly secret: Uint8Array | undefined;
}

/** Unlocks this node's key, or connects to the program of `--signer-url` that has the account's. Throws as both do. */
export async function openAccountKey(context: CommandContext): Promise<AccountKey> {
  const { signerUrl, signerAddress } = context.settings;
  if (signerUrl === undefined) {
    const identity = await openIdentity(context);
    return { account: identity, secret: identity.secret };
  }
  const { signal } = context;
  return { account: await openRemoteSigner({ url: signerUrl, address: signerAddress, signal }), secret: undefined };
}

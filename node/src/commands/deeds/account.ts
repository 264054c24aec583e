import type { Address } from "@lloom/protocol/commitment-types";
import { type Chain, openChain } from "../../chain/chain.ts";
import { LloomError } from "../../errors.ts";
import { lockKey } from "../../store/files/key-lock.ts";
import { readKeystoreAddress } from "../../wallet/keystore.ts";
import { addressFlag } from "../address.ts";
import type { CommandContext, Flag } from "../command.ts";
import { openAccountKey } from "../open/account-key.ts";
import { chosenDeployment } from "../open/deployment.ts";
import { journalOf, keystorePath, openIdentity, openKeylessChain } from "../open/open.ts";
import { refuseOtherNetwork } from "../open/own-network.ts";
import { type ToldJournal, toldJournal } from "./told-journal.ts";

/** The key's account, able to sign. */
export interface Account {
  readonly address: Address;
  readonly chain: Chain;
  readonly journal: ToldJournal;
  /** The key's 32 bytes, never shown; undefined where `--signer-url` names who has them. */
  readonly secret: Uint8Array | undefined;
}

/** The key's bytes, for what only they open. Throws COMMAND_INVALID where they are elsewhere. */
export function ownSecret({ secret }: Pick<Account, "secret">, what: string): Uint8Array {
  if (secret !== undefined) return secret;
  throw new LloomError("COMMAND_INVALID", `${what} needs the key itself, and --signer-url signs alone.`, {
    next: "Give the same command with this node's own keystore, without --signer-url.",
  });
}

/** Unlocks the key and connects; no other command of this key moves money meanwhile. Closed when the command ends. */
export async function openAccount(context: CommandContext): Promise<Account> {
  const { settings, signal, log, stack } = context;
  const { account, secret } = await openAccountKey(context);
  const { accounting, startBlock, check } = chosenDeployment(settings);
  const { address } = account;
  stack.use(lockKey({ scope: address, role: "a command that moves money" }));
  let journal: ToldJournal | undefined;
  const chain = stack.use(
    await openChain({
      ...{ rpcUrl: settings.rpc, accounting, identity: account, signal, log, startBlock },
      journal: (scope) => {
        journal = toldJournal(journalOf(settings)(scope));
        return journal;
      },
    }),
  );
  check(chain);
  refuseOtherNetwork(context, chain);
  if (journal === undefined) throw new LloomError("INTERNAL", "The chain was opened without its journal.");
  return { address, chain, journal, secret };
}

/** An account that is only looked at. */
export interface View {
  readonly address: Address;
  readonly chain: Chain;
}

export const ADDRESS: Flag = { form: "--address <ADDRESS>", describe: "look at another account than this key's" };

/** Connects to look at an account: this key's, by what its keystore says, or another one. It takes no password. */
export async function openView(context: CommandContext): Promise<View> {
  const given = addressFlag(context.flags["address"], "--address 0x0123456789abcdef0123456789abcdef01234567");
  // A keystore that does not say whose it is has to be opened for once.
  const address = given ?? readKeystoreAddress(keystorePath(context)) ?? (await openIdentity(context)).address;
  return { address, chain: await openKeylessChain(context) };
}

import type { Address } from "@lloom/protocol/commitment-types";
import { type Chain, openChain } from "../../chain/chain.ts";
import { LloomError } from "../../errors.ts";
import { lockKey } from "../../store/files/key-lock.ts";
import { readKeystoreAddress } from "../../wallet/keystore.ts";
import { addressFlag } from "../address.ts";
import type { CommandContext, Flag } from "../command.ts";
import { chosenDeployment } from "../open/deployment.ts";
import { journalOf, keystorePath, openIdentity, openKeylessChain } from "../open/open.ts";
import { refuseOtherNetwork } from "../open/own-network.ts";
import { type ToldJournal, toldJournal } from "./told-journal.ts";

/** The key's account, able to sign. */
export interface Account {
  readonly address: Address;
  readonly chain: Chain;
  readonly journal: ToldJournal;
  /** The key's 32 bytes; never shown. */
  readonly secret: Uint8Array;
}

/** Unlocks the key and connects; no other command of this key moves money meanwhile. Closed when the command ends. */
export async function openAccount(context: CommandContext): Promise<Account> {
  const { settings, signal, log, stack } = context;
  const identity = await openIdentity(context);
  const { accounting, startBlock, check } = chosenDeployment(settings);
  const { address } = identity;
  stack.use(lockKey({ scope: address, role: "a command that moves money" }));
  let journal: ToldJournal | undefined;
  const chain = stack.use(
    await openChain({
      ...{ rpcUrl: settings.rpc, accounting, identity, signal, log, startBlock },
      journal: (scope) => {
        journal = toldJournal(journalOf(settings)(scope));
        return journal;
      },
    }),
  );
  check(chain);
  refuseOtherNetwork(context, chain);
  if (journal === undefined) throw new LloomError("INTERNAL", "The chain was opened without its journal.");
  return { address, chain, journal, secret: identity.secret };
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

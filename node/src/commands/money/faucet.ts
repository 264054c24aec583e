import { faucet as callFaucet } from "../../chain/account/actions.ts";
import { shownTokens, tokenOf } from "../../chain/account/calls.ts";
import { lockKey } from "../../store/files/key-lock.ts";
import { announce, type Command } from "../command.ts";
import { openIdentity, openOwnChain } from "../open/open.ts";

/** `lloom faucet`: test money on test networks. */
export const faucet: Command = {
  settings: [],
  examples: ["lloom faucet"],
  run: async (context) => {
    const identity = await openIdentity(context);
    context.stack.use(lockKey({ scope: identity.address, role: "a command that moves money" }));
    const chain = await openOwnChain(context, identity);
    const { amount, transactionHash } = await callFaucet(chain);
    announce(
      context,
      { event: "faucet", amount, token: tokenOf(chain), transactionHash },
      `Received ${shownTokens(chain, amount)}.\n  transaction ${transactionHash}`,
    );
  },
};

import { formatAmount } from "@lloom/protocol/amounts";
import { readDeposit, readMember, readTokenBalance, readWithdrawable } from "../chain/reads.ts";
import { announce, type Command } from "./command.ts";
import { openIdentity, openOwnChain } from "./open.ts";

/** `lloom status`: what this key owns on chain. */
export const status: Command = {
  settings: [],
  examples: ["lloom status", "lloom status --json"],
  run: async (context) => {
    const identity = await openIdentity(context);
    const chain = await openOwnChain(context, identity);
    const { address } = identity;
    const [gas, balance, deposited, member, withdrawable] = await Promise.all([
      chain.provider.getBalance(address),
      readTokenBalance(chain, address),
      readDeposit(chain, address),
      readMember(chain, address),
      readWithdrawable(chain, address),
    ]);
    const shown = (amount: bigint): string => `${formatAmount(amount, chain.tokenDecimals)} ${chain.tokenSymbol}`;
    const { role, stake } = member;
    announce(
      context,
      { event: "status", address, gas, balance, deposited, role, stake, withdrawable },
      [
        `Address   ${address}`,
        `Gas       ${formatAmount(gas, 18)} ETH`,
        `Balance   ${shown(balance)}`,
        `Deposit   ${shown(deposited)} free to allocate`,
        `Stake     ${shown(stake)}${role === "none" ? ", not registered" : ` as ${role}`}`,
        `Earnings  ${shown(withdrawable)} withdrawable`,
      ].join("\n"),
    );
  },
};

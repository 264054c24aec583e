import { formatAmount } from "@lloom/protocol/amounts";
import { shownTokens, tokenOf } from "../../chain/account/calls.ts";
import type { Chain } from "../../chain/chain.ts";
import { type Channel, findChannels } from "../../chain/read/channels-of.ts";
import { type Member, readDeposit, readMember, readTokenBalance } from "../../chain/reads.ts";
import { LloomError } from "../../errors.ts";
import { announce, type CommandContext } from "../command.ts";
import { openView, type View } from "../deeds/account.ts";
import { counted, type Fact, factLines } from "../words.ts";

/** Money of an account that anybody may read, and that no other command has to explain. */
interface Balance {
  readonly gas: bigint;
  readonly balance: bigint;
  readonly deposited: bigint;
  /** Undefined where the RPC server does not let the chain's past be searched. */
  readonly channels: readonly Channel[] | undefined;
  readonly member: Member;
}

/** `lloom wallet balance`: what an account has in ether, tokens, deposit, channels and stake. It takes no password. */
export async function showBalance(context: CommandContext): Promise<void> {
  const view = await openView(context);
  const found = await readBalance(view);
  const { gas, balance, deposited, channels, member } = found;
  const { role, stake, unbonding, frozen } = member;
  announce(
    context,
    {
      ...{ event: "balance", address: view.address, gas, balance, deposited, channels },
      ...{ role, stake, unbonding, frozen, token: tokenOf(view.chain) },
    },
    factLines(linesOf(view, found)).join("\n"),
  );
}

async function readBalance({ chain, address }: View): Promise<Balance> {
  const [gas, balance, deposited, channels, member] = await Promise.all([
    chain.provider.getBalance(address),
    readTokenBalance(chain, address),
    readDeposit(chain, address),
    searched(chain, address),
    readMember(chain, address),
  ]);
  return { gas, balance, deposited, channels, member };
}

/** All else is shown without the channels, which some servers do not let anybody search for. */
const searched = (chain: Chain, address: View["address"]): Promise<readonly Channel[] | undefined> =>
  findChannels(chain, address, "client").catch((thrown: unknown) => {
    if (thrown instanceof LloomError && thrown.code !== "CANCELLED") return undefined;
    throw thrown;
  });

const ETHER_DECIMALS = 18;

function linesOf({ chain, address }: View, { gas, balance, deposited, channels, member }: Balance): Fact[] {
  const shown = (amount: bigint): string => shownTokens(chain, amount);
  const { role, stake, unbonding, frozen } = member;
  const leaving = unbonding > 0n ? `, ${shown(unbonding)} unbonding` : "";
  const held = frozen > 0n ? `, ${shown(frozen)} frozen` : "";
  return [
    ["Address", address],
    ["Gas", `${formatAmount(gas, ETHER_DECIMALS)} ETH`],
    ["Wallet", shown(balance)],
    ["Deposit", shown(deposited)],
    ["Channels", channelsLine(channels, shown)],
    ["Stake", `${shown(stake)}${role === "none" ? "" : ` as ${role}`}${leaving}${held}`],
  ];
}

function channelsLine(channels: Balance["channels"], shown: (amount: bigint) => string): string {
  if (channels === undefined) return "unknown: the RPC server gives too few blocks at a time; try --start-block";
  const sum = (amountOf: (channel: Channel) => bigint): bigint =>
    channels.reduce((total, channel) => total + amountOf(channel), 0n);
  const unlocking = sum((channel) => channel.unlocking);
  const leaving = unlocking > 0n ? `, ${shown(unlocking)} of it unlocking` : "";
  const where = channels.length === 0 ? "" : ` with ${counted(channels.length, "executor")}`;
  return `${shown(sum((channel) => channel.balance))}${where}${leaving}`;
}

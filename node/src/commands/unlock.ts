import { shownTokens } from "../chain/calls.ts";
import type { Chain } from "../chain/chain.ts";
import { type Channel, findChannels } from "../chain/channels-of.ts";
import { LloomError } from "../errors.ts";
import { addressArgument } from "./address.ts";
import { amountArgument } from "./amount.ts";
import { announce, type Command, type CommandContext } from "./command.ts";
import { type Account, ADDRESS, openAccount, openView } from "./money/account.ts";
import { finishUnlock, unlockCancel, unlockRequest } from "./money/channel-deeds.ts";
import { YES } from "./money/consent.ts";
import { perform } from "./money/deed.ts";
import { shownMoment, tokenOf } from "./money/words.ts";

const EXECUTOR = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
const EXAMPLE = `lloom unlock ${EXECUTOR} 2.5`;

/** `lloom unlock`: a client's money in channels comes back. */
export const unlock: Command = {
  arguments: [
    { form: "[executor]", describe: "whose channel; without it, your channels are shown (no password)" },
    { form: "[amount]", describe: "how much (default: all of the channel)" },
  ],
  settings: ["startBlock"],
  defaults: { logLevel: "warn" },
  flags: [
    { form: "--finish", describe: "return what has finished unlocking to the free deposit, of one channel or of all" },
    { form: "--cancel", describe: "keep the unlocking money of the channel in it" },
    ADDRESS,
    YES,
  ],
  examples: ["lloom unlock", `lloom unlock ${EXECUTOR}`, EXAMPLE, "lloom unlock --finish"],
  run: async (context) => {
    const [who, asked] = context.args;
    const isFinish = context.flags["finish"] === true;
    const isCancel = context.flags["cancel"] === true;
    checkUse({ who, asked, isFinish, isCancel });
    const executor = who === undefined ? undefined : addressArgument(who, EXAMPLE);
    if (executor === undefined && !isFinish) return list(context);
    const amount = asked === undefined || asked === "all" ? undefined : amountArgument(asked, EXAMPLE);
    const account = await openAccount(context);
    if (executor === undefined) return finishAll(context, account);
    if (isFinish) return perform(context, account, await finishUnlock(account, executor));
    if (isCancel) return perform(context, account, await unlockCancel(account, executor));
    const baseUnits = amount?.baseUnits(account.chain.tokenDecimals) ?? "all";
    return perform(context, account, await unlockRequest(account, executor, baseUnits));
  },
};

interface Use {
  readonly who: string | undefined;
  readonly asked: string | undefined;
  readonly isFinish: boolean;
  readonly isCancel: boolean;
}

function checkUse({ who, asked, isFinish, isCancel }: Use): void {
  const wrong = (problem: string, next: string): never => {
    throw new LloomError("COMMAND_INVALID", problem, { next });
  };
  if (isFinish && isCancel) wrong("--finish and --cancel exclude each other.", "Give one of them.");
  if (asked !== undefined && (isFinish || isCancel))
    wrong("--finish and --cancel take no amount: they are about all that is unlocking.", "Leave the amount out.");
  if (isCancel && who === undefined) wrong("Which channel?", `Name its executor: lloom unlock ${EXECUTOR} --cancel`);
}

async function finishAll(context: CommandContext, account: Account): Promise<void> {
  const { chain, address } = account;
  const nowSeconds = await chain.nowSeconds();
  const channels = (await findChannels(chain, address, "client")).filter(({ unlocking }) => unlocking > 0n);
  const due = channels.filter(({ unlockAt }) => unlockAt <= nowSeconds);
  for (const { peer } of due) await perform(context, account, await finishUnlock(account, peer));
  if (due.length > 0) return;
  const waiting = channels.map((channel) => `\n  ${channelLine(chain, channel, nowSeconds)}`).join("");
  announce(
    context,
    { event: "nothing", action: "finishUnlock" },
    channels.length === 0 ? "Nothing is unlocking." : `Nothing has finished unlocking yet.${waiting}`,
  );
}

async function list(context: CommandContext): Promise<void> {
  const { chain, address } = await openView(context);
  const [channels, nowSeconds] = await Promise.all([findChannels(chain, address, "client"), chain.nowSeconds()]);
  announce(
    context,
    { event: "channels", address, channels, token: tokenOf(chain) },
    channels.length === 0
      ? `No channel of ${address} holds money.`
      : channels.map((channel) => channelLine(chain, channel, nowSeconds)).join("\n"),
  );
}

/** "0x…: 3 tUSD, 1 tUSD unlocking, free from …". */
export function channelLine(chain: Chain, { peer, balance, unlocking, unlockAt }: Channel, nowSeconds: bigint): string {
  const held = `${peer}: ${shownTokens(chain, balance)}`;
  if (unlocking === 0n) return held;
  return `${held}, of which ${shownTokens(chain, unlocking)} unlocking, free from ${shownMoment(unlockAt, nowSeconds)}`;
}

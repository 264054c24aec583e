import { shownTokens, tokenOf } from "../../chain/account/calls.ts";
import { readEarnings } from "../../chain/read/earnings.ts";
import { wallClock } from "../../primitives/clock.ts";
import { announce, type Command } from "../command.ts";
import { ADDRESS, openView } from "../deeds/account.ts";
import { type Owed, readOwed } from "../deeds/owed.ts";
import { counted, type Fact, factLines, shownDuration, shownMoment } from "../words.ts";

/** `lloom earnings`: what an executor earned, from the answer to the wallet. */
export const earnings: Command = {
  settings: [],
  defaults: { logLevel: "warn" },
  flags: [ADDRESS],
  examples: ["lloom earnings", "lloom earnings --json", "lloom withdraw earnings"],
  run: async (context) => {
    const view = await openView(context);
    const { chain, address } = view;
    const owed = context.flags["address"] === undefined ? await readOwed(context, view) : undefined;
    const [earned, nowSeconds] = await Promise.all([readEarnings(chain, address), chain.nowSeconds()]);
    const { settled, withdrawn, withdrawable, maturing } = earned;
    const shown = (amount: bigint): string => shownTokens(chain, amount);
    const facts: Fact[] = [
      ["Owed", owed === undefined ? "unknown: there is no log of this executor here" : owedText(owed, shown)],
      ...[...(owed?.byClient ?? [])].map(([client, amount]): Fact => ["", `${shown(amount)} by ${client}`]),
      ...(owed !== undefined && owed.writtenOff > 0n
        ? [["Written off", writtenOffText(shown(owed.writtenOff))] as const]
        : []),
      ["Settled", `${shown(settled)} ever, of which ${shown(withdrawn)} were withdrawn`],
      ...maturing.map(
        ({ amount, maturesAt }): Fact => [
          "Maturing",
          `${shown(amount)}, free from ${shownMoment(maturesAt, nowSeconds)}`,
        ],
      ),
      ["Free", `${shown(withdrawable)}${withdrawable > 0n ? " now: lloom withdraw earnings" : ""}`],
    ];
    announce(
      context,
      { event: "earnings", address, owed: owed && owedEvent(owed), ...earned, token: tokenOf(chain) },
      factLines(facts).join("\n"),
    );
  },
};

function owedText({ total, lanes, oldestAtMs }: Owed, shown: (amount: bigint) => string): string {
  if (oldestAtMs === undefined) return "nothing";
  const age = shownDuration(BigInt(Math.max(60, Math.floor((wallClock() - oldestAtMs) / 1000))));
  return `${shown(total)} in ${counted(lanes, "lane")}, the oldest answer ${age} old; not settled yet: lloom settle`;
}

const writtenOffText = (shown: string): string =>
  `${shown} that no channel can pay any more: the client would have to fill it again, or the time is over`;

const owedEvent = ({ total, lanes, oldestAtMs, byClient, writtenOff }: Owed) => ({
  ...{ total, lanes, oldestAtMs, writtenOff },
  byClient: Object.fromEntries(byClient),
});

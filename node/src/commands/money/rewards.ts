import { shownTokens, tokenOf } from "../../chain/account/calls.ts";
import { readRewards } from "../../chain/disputes/rewards.ts";
import { announce, type Command } from "../command.ts";
import { ADDRESS, openView } from "../deeds/account.ts";
import { type Fact, factLines, shownEther, shownMoment } from "../words.ts";

/** `lloom rewards`: what slashes, juries and disputes credited to this key. */
export const rewards: Command = {
  settings: ["startBlock"],
  defaults: { logLevel: "warn" },
  flags: [ADDRESS],
  examples: ["lloom rewards", "lloom withdraw rewards"],
  run: async (context) => {
    const { chain, address } = await openView(context);
    const [state, nowSeconds] = await Promise.all([readRewards(chain, address), chain.nowSeconds()]);
    const facts: Fact[] = [
      ["Slashes", `${shownTokens(chain, state.shares)} of shares`],
      ...state.credits.map(
        ({ kind, amount }): Fact =>
          kind === "measured"
            ? ["Juries", `${shownTokens(chain, amount)} of measured disputes: fees, bonds that came back`]
            : ["Bonds", `${shownEther(amount)} of delivery disputes`],
      ),
      ...state.pending.map(
        ({ amount, payableAt }): Fact => [
          "Reports",
          `${shownTokens(chain, amount)} wait until ${shownMoment(payableAt, nowSeconds)}, unless somebody had committed to the proof before`,
        ],
      ),
    ];
    const isSomething = state.shares > 0n || state.credits.length > 0 || state.pending.length > 0;
    announce(
      context,
      { event: "rewards", address, ...state, token: tokenOf(chain) },
      [...factLines(facts), ...(isSomething ? ["Take them out: lloom withdraw rewards"] : [])].join("\n"),
    );
  },
};

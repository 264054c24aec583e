import { shownTokens, tokenOf } from "../../chain/account/calls.ts";
import type { Chain } from "../../chain/chain.ts";
import { type Duty, isMeasured } from "../../store/duty-log.ts";
import { announce, type Command } from "../command.ts";
import { ADDRESS, openView } from "../deeds/account.ts";
import { shownEther } from "../words.ts";
import { findDuties } from "./duties.ts";
import { dutyEvent, dutySentence } from "./words.ts";

/** `lloom disputes`: every dispute of this key, with what is at stake and until when. */
export const disputes: Command = {
  settings: ["startBlock"],
  defaults: { logLevel: "warn" },
  flags: [ADDRESS],
  examples: ["lloom disputes", "lloom disputes --json"],
  run: async (context) => {
    const view = await openView(context);
    const [duties, nowSeconds] = await Promise.all([findDuties(context, view), view.chain.nowSeconds()]);
    announce(
      context,
      {
        event: "disputes",
        address: view.address,
        disputes: duties.map(dutyEvent),
        nowSeconds,
        token: tokenOf(view.chain),
      },
      duties.length === 0 ? "There are no disputes." : duties.map((duty) => lines(view.chain, duty)).join("\n"),
    );
  },
};

function lines(chain: Chain, duty: Duty): string {
  const { id, amount, penalty, bond } = duty;
  const money = [
    `paid ${shownTokens(chain, amount)}`,
    ...(penalty > 0n ? [`stake at risk ${shownTokens(chain, penalty)}`] : []),
    ...(bond > 0n ? [`bond ${isMeasured(duty) ? shownTokens(chain, bond) : shownEther(bond)}`] : []),
  ];
  return `${dutySentence(duty)}\n  ${money.join(", ")}; id ${id}`;
}

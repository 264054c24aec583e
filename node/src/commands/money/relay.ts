import { LloomError } from "../../errors.ts";
import { givenPlace } from "../../file-place.ts";
import type { Command } from "../command.ts";
import { type Account, openAccount } from "../deeds/account.ts";
import { YES } from "../deeds/consent.ts";
import { type Deed, perform } from "../deeds/deed.ts";
import { relaying } from "../deeds/relaying.ts";
import { relayedConcession } from "../dispute/concession.ts";
import { relayedOpening } from "../dispute/opened-for.ts";
import { readOrder, type SignedOrder } from "../signed/order-file.ts";

/** `lloom relay`: sends what somebody without ether has signed. */
export const relay: Command = {
  arguments: [{ form: "<file>", describe: "a signed order, as --sign-only writes it" }],
  needs: "account",
  settings: ["startBlock"],
  defaults: { logLevel: "warn" },
  flags: [YES],
  examples: ["lloom relay order.json"],
  run: async (context) => {
    const [file] = context.args;
    if (file === undefined) throw new LloomError("COMMAND_INVALID", "Which order?", { next: "lloom relay FILE" });
    const signed = readOrder(givenPlace(file, "The file"));
    const account = await openAccount(context);
    await perform(context, account, await deedOf(account, signed));
  },
};

function deedOf(account: Account, { order, ...signed }: SignedOrder): Promise<Deed> {
  if (order.type === "concession") return relayedConcession(account, { ...signed, order });
  if (order.type === "opening") return relayedOpening(account, { ...signed, order });
  return relaying(account, { ...signed, order });
}

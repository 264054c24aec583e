import { LloomError } from "../../errors.ts";
import { addressArgument } from "../address.ts";
import type { Command } from "../command.ts";
import { show } from "./show.ts";
import { verify } from "./verify.ts";

const ACTIONS = { show, verify } as const;
const EXAMPLE = "lloom reputation show 0x0123456789abcdef0123456789abcdef01234567";

/** `lloom reputation`: what an executor's reputation is and comes from, and whether an indexer tells the truth about it. */
export const reputation: Command = {
  arguments: [
    { form: "<action>", describe: "show, or verify what an indexer says" },
    { form: "<address>", describe: "an executor" },
  ],
  settings: ["audits", "indexer", "startBlock"],
  defaults: { logLevel: "warn", indexer: "http://127.0.0.1:42069" },
  examples: [
    EXAMPLE,
    "lloom reputation show 0x0123456789abcdef0123456789abcdef01234567 --network sepolia --json",
    "lloom reputation verify 0x0123456789abcdef0123456789abcdef01234567 --indexer https://index.example",
  ],
  run: async (context) => {
    const [action = "", address = ""] = context.args;
    if (!Object.hasOwn(ACTIONS, action)) {
      throw new LloomError("COMMAND_INVALID", `lloom reputation cannot "${action}".`, {
        next: `Show or verify one: ${EXAMPLE}`,
      });
    }
    await ACTIONS[action as keyof typeof ACTIONS](context, addressArgument(address, EXAMPLE));
  },
};

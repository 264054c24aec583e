import type { Command } from "../command.ts";
import { makeKey } from "./new-key.ts";

/** `lloom init`: makes the node's key. */
export const init: Command = {
  settings: [],
  needs: "key",
  // What else there is to say is said in words.
  defaults: { logLevel: "error" },
  examples: ["lloom init", "lloom init --data-dir /var/lib/lloom --password-file /run/secrets/lloom"],
  run: (context) => makeKey(context),
};

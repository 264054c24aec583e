import type { Command } from "../command.ts";
import { YES } from "../deeds/consent.ts";
import { GATEWAY_KEY_FILE } from "../open/gateway-at.ts";
import { benchBackend } from "./bench-backend.ts";
import { benchGateway } from "./bench-gateway.ts";

/** `lloom bench`: how fast this machine's models are, and which prices pay for it; or how fast a gateway answers. */
export const bench: Command = {
  needs: "nothing",
  settings: ["backend", "backendKeyFile", "backendModels", "threads", "gpu", "concurrency"],
  defaults: { logLevel: "warn" },
  flags: [
    { form: "--model <NAME>", describe: "which one (default: all of the backend's; a gateway's first)" },
    {
      form: "--parallel <N,...>",
      describe: "so many at once, one after the other (default: 1, 2, 4 ... --concurrency)",
    },
    {
      form: "--prompt-tokens <N>",
      describe: "length of the prompts that are read (default: 512, or half of the context)",
    },
    { form: "--max-tokens <N>", describe: "length of the answers (default: 64)" },
    {
      form: "--hour-cost <AMOUNT>",
      describe: "what an hour of the machine costs, in tokens of payment: which prices pay for it",
    },
    { form: "--gateway <URL>", describe: "measure this gateway; the answers are paid, by whoever runs it" },
    GATEWAY_KEY_FILE,
    { form: "--requests <N>", describe: "gateway: so many for each number at once (default: 8)" },
    { ...YES, describe: "gateway: ask without asking; needed where there is no terminal" },
  ],
  examples: [
    "lloom bench",
    "lloom bench --backend ./qwen3-8b-q4.gguf --gpu on --hour-cost 0.12",
    "lloom bench --backend http://127.0.0.1:11434/v1 --models llama3.2 --parallel 1,8",
    "lloom bench --gateway http://127.0.0.1:8080 --requests 16 --parallel 1,4",
  ],
  run: (context) => (context.flags["gateway"] === undefined ? benchBackend(context) : benchGateway(context)),
};

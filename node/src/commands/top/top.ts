import { shownAmount } from "@lloom/protocol/amounts";
import { jsonText } from "@lloom/protocol/json-text";
import { pause } from "../../primitives/pause.ts";
import type { Command, CommandContext } from "../command.ts";
import { numberFlag } from "../number-flag.ts";
import { topLines } from "./lines.ts";
import { openLiveScreen } from "./live-screen.ts";
import { type WatchedNode, watchNode } from "./watch-node.ts";

const SECOND_MS = 1_000;
/** Without a terminal nothing is cut. */
const ENDLESS = { columns: 120, rows: Number.POSITIVE_INFINITY };

/** `lloom top`: what a node of this data directory does, as it does it. It takes no password and asks no chain. */
export const top: Command = {
  settings: ["metricsPort", "metricsHost"],
  needs: "key",
  // To be stopped is its end.
  kind: "daemon",
  defaults: { logLevel: "warn" },
  flags: [
    { form: "--once", describe: "print it once, as without a terminal" },
    { form: "--every <SECONDS>", describe: "print it again and again, for files and programs" },
  ],
  examples: ["lloom top", "lloom top --metrics-port 9464", "lloom top --once", "lloom top --json --every 10"],
  run: async (context) => {
    const { flags, json } = context;
    const bounds = { name: "every", fallback: 0, minimum: 1, maximum: 86_400 };
    const everyMs = numberFlag(flags["every"], bounds) * SECOND_MS;
    const node = watchNode(context);
    if (everyMs === 0 && flags["once"] !== true && !json && process.stdout.isTTY && process.stdin.isTTY)
      return await live(context, node);
    do {
      await print(context, node);
      if (everyMs > 0) await pause(everyMs, context.signal);
    } while (everyMs > 0 && !context.signal.aborted);
  },
};

/** An amount in tokens, where the logs say which. */
const shownBy =
  (node: WatchedNode) =>
  (amount: bigint): string => {
    const token = node.token();
    return token === undefined ? `${amount} base units` : shownAmount(amount, token);
  };

async function print({ print: say, json }: CommandContext, node: WatchedNode): Promise<void> {
  const view = await node.look();
  if (json) return say(jsonText({ event: "top", ...view, token: node.token() ?? null }));
  say(topLines(view, shownBy(node), ENDLESS).join("\n"));
}

async function live({ signal }: CommandContext, node: WatchedNode): Promise<void> {
  using screen = openLiveScreen({ input: process.stdin, output: process.stdout });
  const ending = AbortSignal.any([signal, screen.ended]);
  while (!ending.aborted) {
    const view = await node.look();
    const draw = (): void => {
      const { columns, rows } = screen.size;
      screen.draw([...topLines(view, shownBy(node), { columns, rows: rows - 2 }), "", "q ends"]);
    };
    draw();
    screen.onResize(draw);
    await pause(SECOND_MS, ending);
  }
}

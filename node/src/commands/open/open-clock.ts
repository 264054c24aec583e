import type { Chain } from "../../chain/chain.ts";
import { ClockWatch } from "../../clock/clock-watch.ts";
import type { LloomError } from "../../errors.ts";
import type { Host } from "../../p2p/host/host.ts";
import { announce, type CommandContext } from "../command.ts";

interface Looked {
  readonly chain: Chain;
  readonly host: Host;
  /** How the owner is told; `announce` unless standard output holds an answer. */
  readonly say?: typeof announce;
}

/** Watches this machine's clock until the command ends, and tells its owner when it is wrong and when it is right again. */
export function openClock(context: CommandContext, { chain, host, say = announce }: Looked): ClockWatch {
  const { log, stack } = context;
  const onChange = (problem: LloomError | undefined): void => {
    if (problem === undefined) {
      log.info("clock is right again");
      say(context, { event: "clock-right" }, "This clock is right again.");
      return;
    }
    const { message, next, details } = problem;
    log.info({ problem: message, next, ...details }, "clock is wrong");
    const event = { event: "warning", of: "clock", problem: message, next, ...details };
    say(context, event, `Warning: ${message}\n  ${next}`);
  };
  return stack.use(new ClockWatch({ chain, host, log, onChange }));
}

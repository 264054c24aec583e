import type { Asked } from "./asking.ts";
import { knownAnswer } from "./known-answer.ts";
import type { Kill } from "./strike.ts";

/** How a question ended. What an honest executor could have answered is `right`, `failed` or `liarBegan`; the two between nobody could. */
export type Verdict =
  /** The text that every honest executor gives, with a receipt. */
  | "right"
  /** Another text, with a receipt: nobody may ever accept that. */
  | "wrong"
  /** An honest executor could have answered it. */
  | "failed"
  /** Its gateway was killed while it was under way: there was nobody left to answer to. */
  | "gatewayKilled"
  /** Its executor was killed in the middle of its text, which no other executor can take up. */
  | "executorKilled"
  /** An honest executor could have answered it, but a liar was asked before the gateway knew anybody well, and had begun its text. */
  | "liarBegan";

interface Kills {
  readonly kills: readonly Kill[];
  /** Name of the honest executor with an address, as its process is called. */
  readonly nameOf: (address: string) => string | undefined;
}

/** How many questions ended how. */
export function tally(
  { asked, kills }: { readonly asked: readonly Asked[]; readonly kills: readonly Kill[] },
  executors: readonly { readonly name: string; readonly address: string }[],
): Record<Verdict, number> {
  const nameOf = (address: string): string | undefined =>
    executors.find((executor) => executor.address.toLowerCase() === address.toLowerCase())?.name;
  const counts = { right: 0, wrong: 0, failed: 0, gatewayKilled: 0, executorKilled: 0, liarBegan: 0 };
  for (const one of asked) counts[verdictOn(one, { kills, nameOf })] += 1;
  return counts;
}

/** Judged by what was killed while the question was under way. */
function verdictOn(asked: Asked, { kills, nameOf }: Kills): Verdict {
  if (asked.failure === undefined) return asked.text === knownAnswer(asked.question) ? "right" : "wrong";
  const isKilled = (name: string | undefined): boolean =>
    kills.some((kill) => kill.name === name && kill.atMs >= asked.beganMs && kill.atMs <= asked.endedMs);
  if (asked.failure === "lost" && isKilled(asked.gateway)) return "gatewayKilled";
  const hasBegun = asked.isStreamed && asked.text !== "";
  if (!hasBegun || asked.executor === undefined) return "failed";
  const name = nameOf(asked.executor);
  if (name === undefined) return "liarBegan";
  return isKilled(name) ? "executorKilled" : "failed";
}

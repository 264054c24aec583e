import { utcText } from "@lloom/protocol/utc-text";
import type { PastFound } from "../../executor/find-past.ts";
import type { ForeignWord } from "../../executor/offer/key-watch.ts";
import { announce, type CommandContext } from "../command.ts";
import { counted } from "../words.ts";

const time = (ms: number): string => utcText(ms / 1000, "iso");

const REFUSED =
  "Requests made for an earlier run are refused for good; clients take a new offer and ask again by themselves.";

/** Says what the executor found of its own past, and what it refuses because of it. Nothing to say of a new key. */
export function tellPast(context: CommandContext, past: PastFound): void {
  const { contents, lastWordAtMs } = past;
  context.log.info(past, "own past");
  const holds = `${counted(contents.receipts, "receipt")}, ${counted(contents.unsettledLanes, "lane")} to settle`;
  const until = lastWordAtMs === undefined ? "" : `; last in use at ${time(lastWordAtMs)}`;
  const sentences: Record<PastFound["log"], string | undefined> = {
    new: undefined,
    current: `Log of this key: ${holds}${until}.\n  ${REFUSED}`,
    older: `Warning: the log is an older copy: ${holds}${until}. ${evidence(past)}\n  ${MISSING}\n  ${REFUSED}`,
    lost: `Warning: this key was in use, but its log is empty. ${evidence(past)}\n  ${MISSING}\n  ${REFUSED}`,
  };
  const sentence = sentences[past.log];
  if (sentence !== undefined) announce(context, { event: "memory", ...past }, sentence);
}

const MISSING =
  "Answers that are missing here and not settled can be settled only with the newer log: docs/executor.md says how to put it back.";

function evidence({ heard, lanesBehind, settledRequests }: PastFound): string {
  const facts = [
    heard && `others held an offer of it made at ${time(heard.madeAtMs)}`,
    lanesBehind > 0 && `${counted(lanesBehind, "lane is", "lanes are")} settled further on chain`,
    `the chain has settled ${settledRequests} of its answers`,
  ];
  const said = facts.filter((fact) => typeof fact === "string").join(", ");
  return `${said[0]?.toUpperCase()}${said.slice(1)}.`;
}

/** Says why the start takes a while. */
export function tellWaiting(context: CommandContext, word: ForeignWord): void {
  announce(
    context,
    { event: "waiting", of: "memory", ...word },
    `Others hold an offer of this key that the log does not know, valid until ${time(word.validUntilMs)}.\n  Waiting until it has ended: if it is renewed, another executor works with this key.`,
  );
}

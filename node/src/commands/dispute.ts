import { LloomError } from "../errors.ts";
import { openOwnAnswers } from "../store/own-answers.ts";
import { createTextCipher } from "../store/text-cipher.ts";
import { announce, type Command, type CommandContext } from "./command.ts";
import { cancelling, closing, opening } from "./dispute/deeds.ts";
import { hashArgument, settledReceipt } from "./dispute/subject.ts";
import { openAccount } from "./money/account.ts";
import { YES } from "./money/consent.ts";
import { perform } from "./money/deed.ts";
import { readOwnLog } from "./money/own-log.ts";

const EXAMPLE = `lloom dispute open 0x${"0f".repeat(32)}`;

/** `lloom dispute`: opens, cancels or ends a dispute about an answer that never came, or shows the answer that it brought. */
export const dispute: Command = {
  arguments: [
    { form: "<action>", describe: "open, cancel, close, or answer" },
    { form: "<id>", describe: "open and answer: the request; cancel and close: the dispute" },
  ],
  settings: ["startBlock"],
  defaults: { logLevel: "warn" },
  flags: [YES],
  examples: [
    "lloom disputes",
    EXAMPLE,
    `lloom dispute close 0x${"1d".repeat(32)}`,
    `lloom dispute answer 0x${"0f".repeat(32)}`,
  ],
  run: async (context) => {
    const [action = "", subject = ""] = context.args;
    const act = ACTIONS[action];
    if (act === undefined)
      throw new LloomError("COMMAND_INVALID", `lloom dispute cannot "${action}".`, {
        next: `Give open, cancel, close or answer: ${EXAMPLE}`,
      });
    await act(context, hashArgument(subject, EXAMPLE));
  },
};

type Action = (context: CommandContext, hash: `0x${string}`) => Promise<void>;

const ACTIONS: Readonly<Record<string, Action>> = {
  open: async (context, requestHash) => {
    const account = await openAccount(context);
    await perform(context, account, await opening(account, await settledReceipt(context, account, requestHash)));
  },
  cancel: async (context, id) => {
    const account = await openAccount(context);
    await perform(context, account, await cancelling(account, id));
  },
  close: async (context, id) => {
    const account = await openAccount(context);
    await perform(context, account, await closing(account, id));
  },
  answer: async (context, requestHash) => {
    const account = await openAccount(context);
    const log = readOwnLog(context, account, { file: "client.sqlite", cipher: createTextCipher(account.secret) });
    const text = log && openOwnAnswers(log).lateAnswer(requestHash);
    if (text === undefined)
      throw new LloomError("COMMAND_INVALID", `No answer to the request ${requestHash} came by the chain.`, {
        next: "See how its dispute stands: lloom disputes",
      });
    const answer = Buffer.from(text).toString();
    announce(context, { event: "answer", requestHash, answer }, answer);
  },
};

import { LloomError } from "../../errors.ts";
import { openOwnAnswers } from "../../store/client/own-answers.ts";
import { createTextCipher } from "../../store/database/text-cipher.ts";
import { announce, type Command, type CommandContext } from "../command.ts";
import { openAccount, openView, ownSecret } from "../deeds/account.ts";
import { YES } from "../deeds/consent.ts";
import { perform } from "../deeds/deed.ts";
import { readOwnLog } from "../deeds/own-log.ts";
import { openSigning, signOrder } from "../signed/signing.ts";
import { appealing } from "./appeal.ts";
import { concedableUntil, conceding } from "./concession.ts";
import { cancelling, closing, opening } from "./deeds.ts";
import { admitting, complaining, findCase, movingOn } from "./measured.ts";
import { signOpening } from "./opened-for.ts";
import { showDispute } from "./show.ts";
import { hashArgument, settledReceipt, wrongCountOf } from "./subject.ts";

const EXAMPLE = `lloom dispute open 0x${"0f".repeat(32)}`;

/**
 * `lloom dispute`: shows a dispute or the evidence of its answers, opens, cancels, concedes or ends a dispute about an answer that never came or was counted wrongly, shows
 * the answer that it brought, or appeals against the verdict of a jury.
 */
export const dispute: Command = {
  arguments: [
    { form: "<action>", describe: "show, evidence, open, cancel, concede, close, answer, or appeal" },
    {
      form: "<id>",
      describe: "open and answer: the request; show, cancel, concede, close and appeal: the dispute; evidence: either",
    },
  ],
  needs: "account",
  settings: ["startBlock", "bootstrap", "listen"],
  defaults: { logLevel: "warn" },
  flags: [
    { form: "--out <FILE>", describe: "evidence: write all of it there, traces too, readable to you alone" },
    { form: "--sign-only <FILE>", describe: "open and concede: send nothing, write the signed order for lloom relay" },
    { form: "--opener <ADDRESS>", describe: "open, with --sign-only: the account that posts the bond and sends it" },
    { form: "--for <ADDRESS>", describe: "concede, with --sign-only: the executor whose session key this key is" },
    YES,
  ],
  examples: [
    "lloom disputes",
    `lloom dispute show 0x${"1d".repeat(32)}`,
    `lloom dispute evidence 0x${"1d".repeat(32)} --out evidence.json`,
    EXAMPLE,
    `lloom dispute close 0x${"1d".repeat(32)}`,
    `lloom dispute concede 0x${"1d".repeat(32)}`,
    `lloom dispute answer 0x${"0f".repeat(32)}`,
    `lloom dispute appeal 0x${"1d".repeat(32)}`,
  ],
  run: async (context) => {
    const [action = "", subject = ""] = context.args;
    const act = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined;
    if (act === undefined)
      throw new LloomError("COMMAND_INVALID", `lloom dispute cannot "${action}".`, {
        next: `Give show, evidence, open, cancel, concede, close, answer or appeal: ${EXAMPLE}`,
      });
    refuseStray(context.flags, action);
    if (context.flags["out"] !== undefined && action !== "evidence")
      throw new LloomError("COMMAND_INVALID", "--out is for evidence alone.", {
        next: `lloom dispute evidence ID --out FILE`,
      });
    await act(context, hashArgument(subject, EXAMPLE));
  },
};

/** What can be signed for somebody else to send, with the flags that say how. */
const SIGNED: Readonly<Record<string, readonly string[]>> = {
  open: ["signOnly", "opener"],
  concede: ["signOnly", "for"],
};

function refuseStray(flags: CommandContext["flags"], action: string): void {
  const given = ["signOnly", "opener", "for"].filter((flag) => flags[flag] !== undefined);
  const stray = given.find((flag) => SIGNED[action]?.includes(flag) !== true);
  if (stray === undefined && (given.length === 0 || given.includes("signOnly"))) return;
  throw new LloomError(
    "COMMAND_INVALID",
    "Of disputes, opening and conceding can be signed for somebody else to send.",
    {
      next: "To open one: --sign-only FILE --opener ADDRESS. To concede one: --sign-only FILE, with --for EXECUTOR by its session key.",
    },
  );
}

type Action = (context: CommandContext, hash: `0x${string}`) => Promise<void>;

const ACTIONS: Readonly<Record<string, Action>> = {
  show: async (context, id) => showDispute(context, await openView(context), id),
  // What joins the network is loaded for whoever asks for it.
  evidence: async (context, id) => (await import("./evidence.ts")).showEvidence(context, id),
  open: async (context, requestHash) => {
    const signing = await openSigning(context);
    if (signing !== undefined) return signOpening(signing, requestHash);
    const account = await openAccount(context);
    const receipt = await settledReceipt(context, account, requestHash);
    const wrong = wrongCountOf(context, account, receipt);
    await perform(context, account, wrong ? await complaining(account, wrong) : await opening(account, receipt));
  },
  cancel: async (context, id) => {
    const account = await openAccount(context);
    await perform(context, account, await cancelling(account, id));
  },
  concede: async (context, id) => {
    const signing = await openSigning(context);
    if (signing !== undefined) {
      const message = { executor: signing.client, id };
      const deadline = await concedableUntil(signing.chain, message);
      return signOrder({ ...signing, deadline }, { type: "concession", message });
    }
    const account = await openAccount(context);
    const found = await findCase(account.chain, id);
    await perform(context, account, await (found ? admitting(account, found) : conceding(account, id)));
  },
  appeal: async (context, id) => {
    const account = await openAccount(context);
    await perform(context, account, await appealing(account, id));
  },
  close: async (context, id) => {
    const account = await openAccount(context);
    const found = await findCase(account.chain, id);
    await perform(context, account, await (found ? movingOn(account, found) : closing(account, id)));
  },
  answer: async (context, requestHash) => {
    const account = await openAccount(context);
    const log = readOwnLog(context, account, {
      file: "client.sqlite",
      cipher: createTextCipher(ownSecret(account, "An answer in the log")),
    });
    const text = log && openOwnAnswers(log).lateAnswer(requestHash);
    if (text === undefined)
      throw new LloomError("COMMAND_INVALID", `No answer to the request ${requestHash} came by the chain.`, {
        next: "See how its dispute stands: lloom disputes",
      });
    const answer = Buffer.from(text).toString();
    announce(context, { event: "answer", requestHash, answer }, answer);
  },
};

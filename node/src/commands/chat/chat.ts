import { shownTokens, tokenOf } from "../../chain/account/calls.ts";
import { readDeposit } from "../../chain/reads.ts";
import { dataFile } from "../../config.ts";
import { LloomError } from "../../errors.ts";
import { givenPlace } from "../../file-place.ts";
import { ASKING_FLAGS, askingTerms } from "../ask/asking-flags.ts";
import { BUYING_SETTINGS, type Buyer, openBuyer } from "../ask/buying.ts";
import { coloured } from "../colour.ts";
import { announce, type Command, type CommandContext } from "../command.ts";
import { progressLine } from "../progress-line.ts";
import { readConversation, type SavedConversation } from "./conversation-file.ts";
import { lastConversation } from "./last-conversation.ts";
import { Talk } from "./talk.ts";
import { openTypedLines } from "./typed-lines.ts";
import { sumSentence } from "./words.ts";

/** Of the data directory: which answers the last conversation is made of. */
const LAST = "last-chat.json";

/** `lloom chat`: a conversation, each answer of it paid, with a receipt. */
export const chat: Command = {
  settings: ["bootstrap", "listen", ...BUYING_SETTINGS],
  // What is said is what its reader wants to see.
  defaults: { logLevel: "error" },
  flags: [
    ...ASKING_FLAGS,
    {
      form: "--continue [FILE]",
      describe: "go on with the last conversation of this data directory, or with one that /save wrote",
    },
  ],
  examples: [
    "lloom chat",
    'lloom chat --model llama3.2 --system "Answer in one sentence."',
    "lloom chat --continue",
    "lloom chat --continue moons.json",
    "printf 'Name a moon.\\nAnd another one.\\n' | lloom chat",
  ],
  run: async (context) => {
    const { json, signal, settings } = context;
    const terms = askingTerms(context);
    const given = givenConversation(context);
    const isTerminal = process.stdin.isTTY === true;
    const progress = progressLine();
    if (!json) progress.show("Joining the network ...");
    const buyer = await openBuyer(context, { exploration: 0 });
    const begun = given ?? continued(context, buyer) ?? { model: terms.model, system: terms.system, turns: [] };
    const model = context.flags["model"] === undefined ? begun.model : terms.model;
    const notePath = dataFile(settings, LAST);
    const talk = new Talk({ context, buyer, terms, progress, notePath, begun: { ...begun, model } });
    const free = isTerminal && !json ? await readDeposit(buyer.chain, buyer.identity.address) : 0n;
    progress.clear();
    const screen = process.stdout.isTTY ? process.stdout : process.stderr;
    if (isTerminal && !json) {
      const earlier = begun.turns.length === 0 ? "" : `${sumSentence(buyer.chain, begun)} until now. `;
      aside(`${earlier}Talking with ${model}; ${shownTokens(buyer.chain, free)} are free in the deposit.`);
      aside("Ctrl-C stops an answer, Ctrl-D ends, /help says what else there is.");
    }
    using lines = openTypedLines({ input: process.stdin, screen, signal, hint: "Ctrl-D ends the conversation." });
    lines.onInterrupt(() => talk.stop());
    const prompt = coloured("bold", "> ", screen);
    for (;;) {
      const line = await lines.next(prompt);
      if (line === undefined || signal.aborted) break;
      if (!(await talk.hear(line, isTerminal))) break;
    }
    if (signal.aborted)
      throw new LloomError("CANCELLED", "The conversation was ended.", { next: "lloom chat --continue" });
    const { chain } = buyer;
    const { conversation } = talk;
    if (json) {
      const { turns } = conversation;
      announce(context, { event: "over", answers: turns.length, paid: talk.paid, token: tokenOf(chain) }, "");
    } else if (conversation.turns.length > 0 && isTerminal)
      aside(`${sumSentence(chain, conversation)}. Go on with it: lloom chat --continue`);
  },
};

/** Beside the answers, which standard output holds alone. */
const aside = (sentence: string): void => void process.stderr.write(`${coloured("dim", sentence, process.stderr)}\n`);

/** What a file holds, before anything is opened that takes a password. Throws COMMAND_INVALID. */
function givenConversation({ flags }: CommandContext): SavedConversation | undefined {
  const { continue: from, system } = flags;
  if (from !== undefined && system !== undefined)
    throw new LloomError("COMMAND_INVALID", "--system stands beside --continue.", {
      next: "Leave --system out: a conversation keeps the instructions that it began with.",
    });
  return typeof from === "string" ? readConversation(givenPlace(from, "--continue")) : undefined;
}

const continued = ({ flags, settings }: CommandContext, { store, chain }: Buyer): SavedConversation | undefined =>
  flags["continue"] === true ? lastConversation(dataFile(settings, LAST), store, chain.domain) : undefined;

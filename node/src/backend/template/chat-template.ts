import { randomBytes } from "node:crypto";
import { Template } from "@huggingface/jinja";
import type { ChatMessage } from "@lloom/protocol/messages";
import { LloomError } from "../../errors.ts";
import { dayAs } from "./day-told.ts";
import { type TemplateInput, templateTurns } from "./template-turns.ts";

/** What a chat template needs to know of a tokenizer. */
export interface Vocabulary<Token> {
  /** Jinja source, as the model's makers wrote it into the file. */
  readonly template: string;
  /** Control tokens by their text, such as `<|im_end|>`. */
  readonly control: ReadonlyMap<string, ControlToken<Token>>;
  readonly beginText: string;
  readonly endText: string;
  /** Put first if the template does not; undefined if the model wants none. */
  readonly begin: Token | undefined;
  /** Cuts text without control tokens in it, whatever it looks like. */
  tokenize(text: string): readonly Token[];
}

export interface ControlToken<Token> {
  readonly token: Token;
  /** The tokenizer swallows white space before or after it. */
  readonly trimsBefore: boolean;
  readonly trimsAfter: boolean;
}

/**
 * The prompt's tokens for a conversation, ready for the answer to begin. A template that asks for the time is told when that
 * day began, in UTC: whoever encodes the same conversation later, elsewhere, gets the same tokens.
 */
export type PromptEncoder<Token> = (messages: readonly ChatMessage[], asOfSeconds: number) => Token[];

/**
 * Applies a model's own chat template. Control tokens come from the template alone: where a message contains the text of
 * one, a random mark is put between its characters before the template runs and taken out after the control tokens were found, so that
 * the text stays text. All else reaches the template unchanged, since some look at what messages say.
 */
export function createPromptEncoder<Token>(vocabulary: Vocabulary<Token>): PromptEncoder<Token> {
  const template = parseTemplate(vocabulary.template);
  const control = controlPattern(vocabulary.control.keys());
  const mark = randomBytes(16).toString("hex");
  const guard = (text: string): string => text.replaceAll(control, (found) => [...found].join(mark));
  return (messages, asOfSeconds) => {
    const input = templateTurns(vocabulary.template, messages, guard);
    const pieces = render(template, { vocabulary, input, asOfSeconds }).split(control);
    const tokens = pieces.flatMap((piece, index) => {
      const found = vocabulary.control.get(piece);
      if (found !== undefined) return [found.token];
      return vocabulary.tokenize(
        trimBeside(piece.replaceAll(mark, ""), vocabulary, pieces[index - 1], pieces[index + 1]),
      );
    });
    const { begin } = vocabulary;
    return begin === undefined || tokens[0] === begin ? [...tokens] : [begin, ...tokens];
  };
}

interface Rendered<Token> {
  readonly vocabulary: Vocabulary<Token>;
  readonly input: TemplateInput;
  readonly asOfSeconds: number;
}

/** As the template's author would see it in a Python tool; the date that it falls back to is fixed. */
function render<Token>(template: Template, { vocabulary, input, asOfSeconds }: Rendered<Token>): string {
  try {
    return template.render({
      ...input,
      add_generation_prompt: true,
      bos_token: vocabulary.beginText,
      eos_token: vocabulary.endText,
      date_string: "26 Jul 2024",
      [DAY_TOLD]: (format: unknown) => dayAs(String(format), asOfSeconds),
    });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new LloomError("UNSUPPORTED", `The model's chat template refuses this conversation: ${reason}`, {
      cause,
      next: "Let user and assistant alternate, and leave the system message out if it names that.",
    });
  }
}

/** Put in place of Jinja's own `strftime_now`, which tells this machine's time in this machine's language. */
const DAY_TOLD = "lloom_day_told";

function parseTemplate(source: string): Template {
  try {
    return new Template(`{% set strftime_now = ${DAY_TOLD} %}\n${source}`);
  } catch (cause) {
    throw new LloomError("CONFIG_INVALID", "The model's chat template cannot be read.", {
      cause,
      next: "Use another GGUF file of this model.",
    });
  }
}

/** Matches any of the texts, longest first, and keeps them when splitting; matches nothing if there are none. */
function controlPattern(texts: Iterable<string>): RegExp {
  const longestFirst = [...texts].sort((a, b) => b.length - a.length);
  const escaped = longestFirst.map((text) => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  return new RegExp(`(${escaped.join("|") || "(?!)"})`, "g");
}

/** As llama.cpp trims when it finds control tokens itself. */
function trimBeside<Token>(
  text: string,
  { control }: Vocabulary<Token>,
  before: string | undefined,
  after: string | undefined,
): string {
  const start = before !== undefined && control.get(before)?.trimsAfter ? text.replace(/^[ \t-\r]+/, "") : text;
  return after !== undefined && control.get(after)?.trimsBefore ? start.replace(/[ \t-\r]+$/, "") : start;
}

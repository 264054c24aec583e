/** How many tokens a text can honestly count at most, whatever the tokenizer, and about how many it has. */

/**
 * Tokens of an answer that leave no byte in its text: one that ends it, one for a leading blank that decoders strip, and up to
 * three bytes of a character that was cut off (a token for each, and then none that ends it).
 */
const TOKENS_WITHOUT_TEXT = 4;

/**
 * Most tokens of an answer. Every token that a model writes stands for at least one byte of UTF-8, so there are no more than
 * bytes were delivered, besides those that leave no byte, and those of a stop string, which is cut off. Tokens that nobody
 * delivers, such as hidden thoughts, are not the client's to pay.
 */
export function mostOutboundTokens(text: string, stop: readonly string[]): bigint {
  const longestStop = Math.max(0, ...stop.map(bytesOf));
  return BigInt(bytesOf(text) + longestStop + TOKENS_WITHOUT_TEXT);
}

/** Text that a token may stand for, in UTF-16 units, with room. */
const UNITS_PER_TOKEN = 256;
const UNITS_OF_SLACK = 64 * 1024;

/** UTF-16 units of an answer of so many tokens; more than that is none. */
export const mostAnswerUnits = (maxOutboundTokens: number): number =>
  maxOutboundTokens * UNITS_PER_TOKEN + UNITS_OF_SLACK;

/** Bytes of UTF-8 that make a token, on average. */
const BYTES_PER_TOKEN = 4;
const aboutTokens = (bytes: number): number => Math.ceil(bytes / BYTES_PER_TOKEN);

/** About the tokens of an answer; what is charged where no count can be true. */
export const usualOutboundTokens = (text: string): bigint => BigInt(aboutTokens(bytesOf(text)));

/** What a chat template puts around one message, tokens; the largest in use takes about a dozen. */
const TEMPLATE_TOKENS_PER_MESSAGE = 16;
/** What it puts around the conversation: marks of begin and end, a default system prompt. */
const TEMPLATE_TOKENS = 128;

/** What it says of functions: how they are called, and what shows that a text is what a call gave. */
const TEMPLATE_TOKENS_OF: Readonly<Record<string, number>> = { tools: 256, tool: 48 };

/** A message, of which a role may be known. */
interface CountedMessage {
  readonly role?: string;
  readonly content: string;
}

/**
 * Most tokens of a prompt: each stands for at least one byte of UTF-8, but for those of the chat template, which the
 * executor adds and the client cannot see.
 */
export function mostInboundTokens(messages: readonly CountedMessage[]): bigint {
  const ofTools = messages.reduce((sum, { role = "" }) => sum + (TEMPLATE_TOKENS_OF[role] ?? 0), 0);
  return BigInt(promptBytes(messages) + TEMPLATE_TOKENS_PER_MESSAGE * messages.length + TEMPLATE_TOKENS + ofTools);
}

/** About the tokens of a prompt; what is charged where no count can be true. */
export const usualInboundTokens = (messages: readonly { readonly content: string }[]): bigint =>
  BigInt(aboutTokens(promptBytes(messages)) + TEMPLATE_TOKENS_PER_MESSAGE * messages.length);

/** Marks of begin and end, and what a server puts before a text that it embeds. */
const EMBEDDING_TOKENS_PER_TEXT = 8;
const USUAL_EMBEDDING_TOKENS_PER_TEXT = 2;

/** Most tokens of texts to embed: no chat template goes around them. */
export const mostEmbeddingTokens = (messages: readonly { readonly content: string }[]): bigint =>
  BigInt(promptBytes(messages) + EMBEDDING_TOKENS_PER_TEXT * messages.length);

/** About the tokens of texts to embed; what is charged where no count can be true. */
export const usualEmbeddingTokens = (messages: readonly { readonly content: string }[]): bigint =>
  BigInt(aboutTokens(promptBytes(messages)) + USUAL_EMBEDDING_TOKENS_PER_TEXT * messages.length);

/** A count of prompt tokens, and the most that the prompt can have. */
export interface PromptCount {
  readonly inboundTokens: bigint;
  readonly maxInboundTokens: bigint;
}

/**
 * Tokens of a count that the prompt's text cannot have, even with a token for every byte: whoever counted says that they are
 * the template's, around a single message.
 */
export function statedTemplateTokens({ inboundTokens, maxInboundTokens }: PromptCount): bigint {
  const text = maxInboundTokens - BigInt(TEMPLATE_TOKENS + TEMPLATE_TOKENS_PER_MESSAGE);
  return inboundTokens > text ? inboundTokens - text : 0n;
}

const promptBytes = (messages: readonly { readonly content: string }[]): number =>
  messages.reduce((sum, { content }) => sum + bytesOf(content), 0);

const encoder = new TextEncoder();
const bytesOf = (text: string): number => encoder.encode(text).length;

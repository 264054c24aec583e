import type { ChatMessage, Sampling } from "@lloom/protocol/messages";
import { draw, type Random } from "./draw.ts";
import { drawQuestion } from "./questions.ts";

/** A question to an executor whose answer will be checked. */
export interface Canary {
  readonly messages: readonly ChatMessage[];
  readonly sampling: Sampling;
  readonly maxOutboundTokens: number;
  /** The text is asked for at once, not as a stream. */
  readonly whole: boolean;
}

/**
 * Settings as clients have them: the defaults of `lloom ask` (0), of OpenAI's interface (1) and of what is usual in between. At
 * temperature 0 most can be told from an answer, so half have it.
 */
const TEMPERATURES = [0, 0, 0, 0, 0, 700, 1000, 1000, 1000, 800] as const;
const TOP_P = [1000, 1000, 1000, 1000, 900, 950] as const;
const TOP_K = [0, 0, 0, 0, 0, 40] as const;
const LIMITS = [16, 32, 48, 64, 64, 100, 128, 128, 256, 256] as const;
const SEEDS = 2 ** 31;
/** Shares of clients. */
const [SEEDED, WHOLE, SYSTEM] = [0.3, 0.4, 0.2];
const SYSTEM_WORDS = [
  "You are a helpful assistant.",
  "You are a friendly assistant. Answer briefly.",
  "Answer in plain English.",
] as const;

/** How a client asks: a person or a program keeps its settings from question to question. */
export interface Habits extends Omit<Canary, "messages"> {
  /** What it puts before every question. */
  readonly system?: string;
}

export function drawHabits(random: Random): Habits {
  const hasSystem = random() < SYSTEM;
  const temperatureMilli = draw(TEMPERATURES, random);
  const isDrawn = temperatureMilli > 0;
  const sampling: Sampling = {
    temperatureMilli,
    topPMilli: isDrawn ? draw(TOP_P, random) : 1000,
    topK: isDrawn ? draw(TOP_K, random) : 0,
    stop: [],
    responseFormat: "text",
    ...(random() < SEEDED && { seed: Math.floor(random() * SEEDS) }),
  };
  return {
    ...(hasSystem && { system: draw(SYSTEM_WORDS, random) }),
    sampling,
    maxOutboundTokens: draw(LIMITS, random),
    whole: random() < WHOLE,
  };
}

/** A question of a client with these habits. */
export function canaryOf({ system, ...settings }: Habits, question: string): Canary {
  const user: ChatMessage = { role: "user", content: question };
  return { messages: system === undefined ? [user] : [{ role: "system", content: system }, user], ...settings };
}

/** One canary by itself. */
export function drawCanary(random: Random): Canary {
  const question = drawQuestion(random);
  return canaryOf(drawHabits(random), question);
}

/** The ways in which one executor of a development network can be dishonest. */
export const CHEATS = ["model", "tokens", "prompt", "replay", "withhold", "equivocate"] as const;
export type Cheat = (typeof CHEATS)[number];

/** What each does, for people. */
export const CHEAT_WORDS: Readonly<Record<Cheat, string>> = {
  model: "answers with coarser weights than it signs",
  tokens: "states twice the answer's tokens",
  prompt: "shows its model another prompt than it was sent",
  replay: "gives an answer that it has kept instead of asking its model",
  withhold: "takes the money for answers that it does not send",
  equivocate: "sends one answer, and claims money for another one",
};

/** Those that need no jury: two signatures, or silence, prove them. */
export type ProvenCheat = "withhold" | "equivocate";
export const isProvenBySignatures = (cheat: Cheat): cheat is ProvenCheat =>
  cheat === "withhold" || cheat === "equivocate";

/** Those that only canaries find, and that only jurors who have the weights can judge. */
export const needsJury = (cheat: Cheat | undefined): boolean =>
  cheat === "model" || cheat === "prompt" || cheat === "replay";

export const isCheat = (text: string): text is Cheat => (CHEATS as readonly string[]).includes(text);

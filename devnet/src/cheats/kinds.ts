/** The ways in which one executor of a development network can be dishonest. */
export const CHEATS = ["tokens", "withhold", "equivocate"] as const;
export type Cheat = (typeof CHEATS)[number];

/** What each does, for people. */
export const CHEAT_WORDS: Readonly<Record<Cheat, string>> = {
  tokens: "states twice the answer's tokens",
  withhold: "takes the money for answers that it does not send",
  equivocate: "sends one answer, and claims money for another one",
};

/** Those that need no jury: two signatures, or silence, prove them. */
export type ProvenCheat = "withhold" | "equivocate";
export const isProvenBySignatures = (cheat: Cheat): cheat is ProvenCheat =>
  cheat === "withhold" || cheat === "equivocate";

export const isCheat = (text: string): text is Cheat => (CHEATS as readonly string[]).includes(text);

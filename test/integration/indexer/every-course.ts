import type { Course } from "../../support/jury-game/rules.ts";

/** A panel's votes, one word each. */
export const five = (votes: string) => votes.split(" ") as Course["panels"][number];
/** Measured disputes of every end: conceded, upheld, appealed and ruled on, rejected. */
export const COURSES: readonly Course[] = [
  { conceded: true, panels: [], appealed: false },
  { conceded: false, panels: [five("mismatch mismatch mismatch match absent")], appealed: false },
  {
    conceded: false,
    panels: [
      five("match match match mismatch hidden"),
      five("mismatch mismatch mismatch mismatch mismatch mismatch match match insufficient hidden absent"),
    ],
    appealed: true,
    ruling: "mismatch",
  },
  { conceded: false, panels: [five("match match match match match")], appealed: false },
];

/** What holds where nobody says otherwise, alike for a role that a program opens and for the settings of its command. */
export const DEFAULTS = {
  /** Requests that a backend answers at once. */
  concurrency: 4,
  /** Requests of one peer per second, in the long run. */
  peerRequestsPerSecond: 100,
  /** An executor settles once its oldest unsettled answer is so old. */
  settleAgeSeconds: 3_600,
  /** Share of questions that try another executor than the best. */
  exploration: 0.02,
} as const;

/** The logs of the roles in a data directory; each says whose it is. */
export const LOG_FILES = ["executor.sqlite", "client.sqlite", "validator.sqlite"] as const;
export type LogFile = (typeof LOG_FILES)[number];

/** SQLite's primary result code (sqlite.org/rescode.html) in an error of `node:sqlite`; undefined for any other error. */
export const sqliteCode = (cause: unknown): number | undefined =>
  cause instanceof Error && "errcode" in cause ? Number(cause.errcode) & 0xff : undefined;

import { Writable } from "node:stream";

/**
 * Standard output for a protocol alone: whatever else in this process writes there from now on goes to standard error, where a stray line
 * breaks nobody's reader.
 */
export function takeStdout(): Writable {
  const { stdout, stderr } = process;
  const write = stdout.write.bind(stdout);
  stdout.write = stderr.write.bind(stderr);
  return new Writable({ decodeStrings: false, write: (chunk: string, _, done) => void write(chunk, done) });
}

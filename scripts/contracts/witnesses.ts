/** Suites asked before all others. */
const MOST = 8;

/** Which suites noticed changes of a file: they are the likeliest to notice the next one, and a few are soon asked. */
export class Witnesses {
  readonly #suites = new Map<string, string[]>();

  /** Pattern of the suites to ask first about a file, the latest witness first; undefined if nothing is known yet. */
  of(path: string): string | undefined {
    const suites = this.#suites.get(path);
    return suites && `^(${suites.join("|")})$`;
  }

  /** Learns from the output of a run that failed; false if no test of it did. */
  learn(path: string, output: string): boolean {
    const known = this.#suites.get(path) ?? [];
    const found = failedSuites(output);
    this.#suites.set(path, [...new Set([...found, ...known])].slice(0, MOST));
    return found.length > 0;
  }
}

/** Names of the suites of which a test failed. */
function failedSuites(output: string): string[] {
  return output.split(/^Ran \d+ tests? for /m).flatMap((part) => {
    const [, name] = /^\S+:(\w+)/.exec(part) ?? [];
    return name !== undefined && part.includes("\n[FAIL") ? [name] : [];
  });
}

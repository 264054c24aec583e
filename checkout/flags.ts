import { type ParseArgsConfig, parseArgs } from "node:util";

interface FlagsSpec<T extends ParseArgsConfig> {
  /** What `--help` prints; also told after a mistake. */
  readonly usage: string;
  readonly config: T;
}

/** The command line of a script. After `--help`, or a mistake with exit code 2, it ends the process. */
export function readFlags<const T extends ParseArgsConfig>({
  usage,
  config,
}: FlagsSpec<T>): ReturnType<typeof parseArgs<T>> {
  if (process.argv.slice(2).includes("--help")) {
    console.log(usage);
    process.exit(0);
  }
  try {
    return parseArgs(config);
  } catch (thrown) {
    return refuse((thrown as Error).message, usage);
  }
}

/** Ends the process as after a wrong command line. */
export function refuse(problem: string, next: string): never {
  console.error(`${problem}\n\n${next}`);
  process.exit(2);
}

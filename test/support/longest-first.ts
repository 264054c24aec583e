import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * Files that take half a minute and more, roughly the longest first. In a fresh clone vitest knows no durations and goes by the
 * size of files: a long one may then come last, and run alone while the other processor has nothing to do.
 */
export const LONG = [
  "killed-validator",
  "audited-executors",
  "documented-commands",
  "reputation-index",
  "disputed-index",
  "index-troubles",
  "deploy-public",
  "cheats",
  "survival",
  "idempotency",
  "watchtower",
  "memory-process",
  "missing-answers",
  "watchtower-process",
  "explorer-disputes",
  "observability",
  "conceded-dispute",
  "cli-money",
  "money-resumed",
  "money-crash",
  "every-way",
  "clock",
  "deploy",
  "cli",
  "packages",
  "watch-servers",
  "indexer",
  "dispute-crash",
  "chain-away",
  "complaint-crash",
  "canary-calls",
  "openai-client",
  "conformance",
  "signers",
  "sender-servers",
];

/** Place in the list; what is not in it comes after all that is. */
function place({ moduleId }: TestSpecification): number {
  const at = LONG.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
  return at === -1 ? LONG.length : at;
}

/** Starts the long files first, the others in vitest's order. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.sort((a, b) => place(a) - place(b));
  }
}

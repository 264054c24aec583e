import { basename, dirname } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * Runs first what most likely notices: a mutant is done with at the first test that fails. That is the tests of the changed
 * file, then those beside it, and among alike ones those that took the least time so far. Vitest's own order, the longest
 * first, is for files that run beside each other.
 */
export class NearestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const changed = [this.ctx.config.related ?? []].flat();
    const rank = (file: TestSpecification): number => {
      const distances = changed.map((path) => distanceOf(path, file.moduleId));
      return Math.min(FAR, ...distances);
    };
    const taken = (file: TestSpecification): number => this.ctx.cache.getTestSpecificationResult(file)?.duration ?? 0;
    const order = new Map(files.map((file) => [file, { rank: rank(file), taken: taken(file) }]));
    const at = (file: TestSpecification) => order.get(file) ?? { rank: FAR, taken: 0 };
    return files.toSorted((a, b) => at(a).rank - at(b).rank || at(a).taken - at(b).taken);
  }
}

const FAR = 3;
/** 0 for the tests of a file, 1 for those that begin with its name, 2 for others in its folder. */
function distanceOf(changed: string, test: string): number {
  const name = basename(changed, ".ts");
  if (dirname(changed) !== dirname(test)) return FAR;
  if (basename(test) === `${name}.test.ts`) return 0;
  return basename(test).startsWith(name) ? 1 : 2;
}

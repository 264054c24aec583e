import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { artifactPath } from "../../../checkout/artifact-path.ts";
import { ROOT } from "../../../checkout/paths.ts";
import {
  isShippedBuildCurrent,
  SHIPPED,
  shippedContracts,
  shippedPath,
} from "../../../ignition/deploying/shipped-build.ts";

const SHIPPED_NAMES = readdirSync(join(ROOT, SHIPPED))
  .filter((name) => name.endsWith(".json"))
  .map((name) => name.slice(0, -".json".length));

interface Compiled {
  readonly abi: unknown;
  readonly bytecode: string;
  readonly linkReferences: object;
}
const read = (path: string | undefined): Compiled => JSON.parse(readFileSync(path ?? "", "utf8")) as Compiled;

describe("the build that ships with the checkout", () => {
  it("was made from these sources; npm run generate makes it anew", () => expect(isShippedBuildCurrent()).toBe(true));

  it("holds all that a network is deployed from, libraries too, and nothing else", () =>
    expect(SHIPPED_NAMES.sort()).toEqual(shippedContracts()));

  it.each(shippedContracts())("holds what the compiler makes of %s", (contract) => {
    const [shipped, compiled] = [read(shippedPath(contract)), read(artifactPath(contract))];
    expect(shipped.abi).toEqual(compiled.abi);
    expect(shipped.bytecode).toBe(compiled.bytecode);
    expect(shipped.linkReferences).toEqual(compiled.linkReferences);
  });
});

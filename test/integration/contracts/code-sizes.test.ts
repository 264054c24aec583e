import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import config from "../../../hardhat.config.ts";

const ROOT = join(import.meta.dirname, "../../..");
/** Room below the 24 576 bytes of EIP-170 for what has to be mended. */
const MOST_BYTES = 22_000;

const artifacts = globSync("artifacts/contracts/**/*.sol/*.json", { cwd: ROOT }).map(
  (path) =>
    JSON.parse(readFileSync(join(ROOT, path), "utf8")) as {
      readonly contractName: string;
      readonly deployedBytecode: string;
    },
);

describe("the deployed code", () => {
  it.each(artifacts.map(({ contractName, deployedBytecode }) => [contractName, (deployedBytecode.length - 2) / 2]))(
    "of %s has room to be mended: %i bytes",
    (_, bytes) => {
      expect(bytes).toBeLessThanOrEqual(MOST_BYTES);
    },
  );

  it("is compiled for many calls, without an exception for its size", () => {
    for (const profile of ["default", "production"]) {
      expect(config).toMatchObject({
        solidity: {
          profiles: { [profile]: { compilers: [{ settings: { optimizer: { enabled: true, runs: 1_000_000 } } }] } },
        },
      });
    }
    expect(JSON.stringify(config.solidity)).not.toContain("overrides");
  });
});

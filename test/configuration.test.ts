// Every setting of every program: named once, documented, and read under no other name.
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { environmentName } from "../node/src/config.ts";
import type { Setting } from "../node/src/setting-forms.ts";
import { SETTINGS } from "../node/src/settings.ts";
import { formerNameProblem, SHARED_VARIABLES } from "../protocol/src/environment.ts";

const ROOT = join(import.meta.dirname, "..");
const text = (path: string): string => readFileSync(join(ROOT, path), "utf8");
const documentation = text("docs/configuration.md");
const settings = Object.values<Setting<unknown>>(SETTINGS);

/** Cells of the documentation's tables, row by row; the first cell of each begins so. */
const rows = (start: string): string[][] =>
  documentation
    .split("\n")
    .filter((line) => line.startsWith(`| \`${start}`))
    .map((line) => line.slice(2, -2).split(/ (?<!\\)\| /));

describe("the table of flags", () => {
  it("has each flag once, with its form and its place in the file, and no other", () => {
    const documented = rows("--").map(([flag, key]) => [flag?.replaceAll("\\|", "|"), key]);
    const wanted = settings.map(({ flag, value, toml }) => [`\`--${flag} ${value}\``, `\`${toml}\``]);
    expect(documented.sort()).toEqual(wanted.sort());
  });
});

describe("the table of variables", () => {
  it("has each variable that is more than a flag, with what it holds and who reads it", () => {
    const wanted = Object.entries(SHARED_VARIABLES).map(([name, { holds, readers }]) => [
      `\`${name}\``,
      holds,
      readers.join(", "),
    ]);
    expect([...rows("LLOOM_"), ...rows("OTEL_")]).toEqual(wanted);
  });

  it("has every variable that some program names", () => {
    const known = new Set([...settings.map(environmentName), ...Object.keys(SHARED_VARIABLES)]);
    /** Of the mutation runs, for the Solidity compiler's wrapper alone. */
    const workshop = new Set(["LLOOM_MUTANT", "LLOOM_MUTATED"]);
    const folders = "{checkout,devnet,ignition,indexer,node/src,protocol/src,scripts,web/app,web/components,web/lib}";
    const sources = globSync([`${folders}/**/*.{ts,tsx}`, "*.ts", "indexer/*.ts", "docs/**/*.*"], {
      cwd: ROOT,
      exclude: ["**/node_modules/**", "**/*.test.ts", "protocol/src/environment.ts"],
    });
    const strangers = sources.flatMap((path) =>
      [...text(path).matchAll(/\bLLOOM_[A-Z][A-Z_]+\b/g)]
        .map(([name]) => name)
        .filter((name) => !known.has(name) && !workshop.has(name) && formerNameProblem({ [name]: "" }) === undefined)
        .map((name) => `${path} names ${name}`),
    );
    expect(strangers).toEqual([]);
  });

  it("lets a flag's variable stand for the same thing as everybody's", () => {
    const shared = settings.filter((setting) => Object.hasOwn(SHARED_VARIABLES, environmentName(setting)));
    const variables: Readonly<Record<string, { readonly holds: string }>> = SHARED_VARIABLES;
    expect(shared.length).toBeGreaterThan(1);
    expect(shared.map(({ describe }) => describe)).toEqual(
      shared.map((setting) => variables[environmentName(setting)]?.holds),
    );
  });

  it("points from a former name to the present one", () => {
    expect(formerNameProblem({ LLOOM_RPC: "http://127.0.0.1:8545" })).toMatch(/^LLOOM_RPC is called LLOOM_RPC_URL now/);
    expect(formerNameProblem({ LLOOM_RPC_URL: "http://127.0.0.1:8545" })).toBeUndefined();
  });
});

import { globSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { Stryker } from "@stryker-mutator/core";
import { z } from "zod";
import { ROOT } from "../../checkout/paths.ts";

/** Parts on which money and safety rest, by subject. */
const SUBJECTS: Readonly<Record<string, readonly string[]>> = {
  protocol: ["protocol/src/*.ts"],
  admission: ["node/src/executor/admit/*.ts"],
  settlement: ["node/src/executor/settle/*.ts", "node/src/chain/settle.ts"],
  lanes: ["node/src/client/pay/*.ts", "node/src/store/*-log.ts"],
  sender: ["node/src/chain/{sender,delivery,nonce-proof,send-journal,rpc-error,fees}.ts"],
  watch: ["node/src/chain/{watch,watch-step}.ts"],
  failover: ["node/src/client/choose/*.ts"],
  "offer book": ["node/src/client/discover/offer-book.ts"],
};
const LEAST = 0.9;
const SURVIVORS = "test/mutation/typescript-survivors.json";
const survivorsSchema = z.array(z.object({ path: z.string(), from: z.string(), to: z.string(), reason: z.string() }));

type MutantResult = Awaited<ReturnType<Stryker["runMutationTest"]>>[number];

/** A change of the code that no test noticed. */
interface Survivor {
  readonly path: string;
  readonly line: number;
  readonly from: string;
  readonly to: string;
}

export interface TypeScriptRun {
  /** Only files whose path contains one of the texts; all when empty. */
  readonly only: readonly string[];
  readonly json: boolean;
}

/**
 * Changes the TypeScript on which money and safety rest in small ways and looks whether the tests notice. Resolves with the exit
 * code: 1 if fewer than 90 % were noticed, or a survivor has no reason; 2 if there is nothing to change.
 */
export async function mutateTypeScript({ only, json }: TypeScriptRun): Promise<number> {
  const mutate = globSync(Object.values(SUBJECTS).flat(), { cwd: ROOT })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => !path.endsWith(".test.ts"))
    .filter((path) => only.length === 0 || only.some((text) => path.includes(text)))
    .sort();
  if (mutate.length === 0) {
    console.error(`No path that is mutated contains "${only.join('" or "')}".`);
    return 2;
  }
  const stryker = new Stryker({
    mutate,
    testRunner: "vitest",
    plugins: ["@stryker-mutator/vitest-runner"],
    vitest: { configFile: "scripts/mutation/vitest.config.ts", related: true },
    coverageAnalysis: "perTest",
    ignoreStatic: true,
    reporters: ["progress-append-only"],
    tempDirName: ".mutants",
    // TypeScript 7 has no API to read these files with, and nothing here needs it to.
    tsconfigFile: "none",
    disableTypeChecks: false,
    allowEmpty: true,
    timeoutMS: 60_000,
  });
  return report(await stryker.runMutationTest(), json);
}

const NOTICED = new Set(["Killed", "Timeout", "RuntimeError", "CompileError"]);
/** Neither noticed nor missed. */
const UNCOUNTED = new Set(["Ignored", "Pending"]);

function report(results: readonly MutantResult[], json: boolean): number {
  const counted = results.filter(({ status }) => !UNCOUNTED.has(status));
  const survivors = counted.filter(({ status }) => !NOTICED.has(status)).map(survivorOf);
  const known = survivorsSchema.parse(JSON.parse(readFileSync(join(ROOT, SURVIVORS), "utf8")));
  const reasonOf = ({ path, from, to }: Survivor): string | undefined =>
    known.find((one) => one.path === path && one.from === from && one.to === to)?.reason;
  for (const survivor of survivors)
    console.log(
      `${survivor.path}:${survivor.line}\n  ${survivor.from}\n  → ${survivor.to}\n  ${reasonOf(survivor) ?? "no reason known: write a test or a reason"}`,
    );
  const killed = counted.length - survivors.length;
  const unexplained = survivors.filter((survivor) => reasonOf(survivor) === undefined).length;
  const share = counted.length === 0 ? 1 : killed / counted.length;
  console.log(
    `${killed} of ${counted.length} mutants noticed (${(share * 100).toFixed(1)} %), ${unexplained} survivors without a reason`,
  );
  if (json) console.log(JSON.stringify({ mutants: counted.length, killed, unexplained }));
  return share >= LEAST && unexplained === 0 ? 0 : 1;
}

function survivorOf({ fileName, location, replacement = "" }: MutantResult): Survivor {
  const path = relative(ROOT, fileName);
  const lines = readFileSync(join(ROOT, path), "utf8").split("\n");
  const { start, end } = location;
  const taken = lines.slice(start.line - 1, end.line);
  taken[taken.length - 1] = (taken.at(-1) ?? "").slice(0, end.column - 1);
  taken[0] = (taken[0] ?? "").slice(start.column - 1);
  const flat = (text: string): string => text.replace(/\s+/g, " ").trim();
  return { path, line: start.line, from: flat(taken.join("\n")), to: flat(replacement) };
}

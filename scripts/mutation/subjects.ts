import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../checkout/paths.ts";

/** Code on which money and safety rest, with the tests that have to notice when it is wrong. */
export interface Subject {
  readonly name: string;
  readonly code: readonly string[];
  /** Beside the code and for it: what no test here notices, no test is meant for. */
  readonly tests: readonly string[];
}

const VERIFICATION = "protocol/src/verification";
const FORM = "protocol/src/form";
const REPUTATION = "protocol/src/reputation";
const ADMIT = "node/src/executor/admit";
const SETTLE = "node/src/executor/settle";
const CLIENT = "node/src/client";
const CHAIN = "node/src/chain";
const STORE = "node/src/store";

export const SUBJECTS: readonly Subject[] = [
  {
    name: "protocol",
    code: ["protocol/src/*.ts"],
    tests: ["protocol/{src,vectors}/*.test.ts"],
  },
  { name: "receipt lines", code: ["protocol/src/receipt/*.ts"], tests: ["protocol/src/receipt/*.test.ts"] },
  { name: "observed sheets", code: ["protocol/src/observed/*.ts"], tests: ["protocol/src/observed/*.test.ts"] },
  { name: "revert words", code: ["protocol/src/revert/*.ts"], tests: ["protocol/src/revert/*.test.ts"] },
  { name: "answer forms", code: [`${FORM}/*.ts`], tests: [`${FORM}/*.test.ts`, "protocol/vectors/forms.test.ts"] },
  { name: "verification", code: [`${VERIFICATION}/*.ts`], tests: [`${VERIFICATION}/*.test.ts`] },
  { name: "reputation", code: [`${REPUTATION}/*.ts`], tests: [`${REPUTATION}/*.test.ts`] },
  { name: "admission", code: [`${ADMIT}/*.ts`], tests: [`${ADMIT}/*.test.ts`] },
  {
    name: "settlement",
    code: [`${SETTLE}/*.ts`, `${CHAIN}/account/settle.ts`],
    tests: [`${SETTLE}/*.test.ts`, `${CHAIN}/account/settle*.test.ts`],
  },
  {
    name: "lanes",
    code: [
      `${CLIENT}/pay/*.ts`,
      `${STORE}/{client/{client-log,request-steps},executor/{executor-log,answer-steps,settlement-log,own-past},database/encoding}.ts`,
    ],
    tests: [
      `${CLIENT}/pay/*.test.ts`,
      `${STORE}/{,*/}{*-log*,own-*,wrong-counts,encoding,database,text-at-rest}.test.ts`,
    ],
  },
  {
    name: "sender",
    code: [`${CHAIN}/send/*.ts`, `${CHAIN}/chain-failure.ts`],
    tests: [`${CHAIN}/send/*.test.ts`, `${CHAIN}/chain-failure.test.ts`],
  },
  { name: "server words", code: [`${CHAIN}/rpc/rpc-error.ts`], tests: [`${CHAIN}/rpc/rpc-error.test.ts`] },
  { name: "watch", code: [`${CHAIN}/watch/*.ts`], tests: [`${CHAIN}/watch/*.test.ts`] },
  { name: "failover", code: [`${CLIENT}/choose/*.ts`], tests: [`${CLIENT}/choose/*.test.ts`] },
  {
    name: "offer book",
    code: [`${CLIENT}/discover/{offer-book,acquaintance}.ts`],
    tests: [`${CLIENT}/discover/offer-book{,-bounds,-changes}.test.ts`],
  },
];

/** Paths of a subject to mutate, in order: those that contain one of the texts, or all if the subject is named or none is. */
export function pathsToMutate({ name, code }: Subject, only: readonly string[]): string[] {
  const paths = code.flatMap((glob) => {
    const found = globSync(glob, { cwd: ROOT });
    if (found.length === 0) throw new Error(`${glob} finds nothing: its files have moved.`);
    return found.map((path) => path.replaceAll("\\", "/"));
  });
  const isWanted = (path: string): boolean => only.some((text) => path.includes(text) || name === text);
  return paths.filter((path) => !path.endsWith(".test.ts") && (only.length === 0 || isWanted(path))).sort();
}

/** Tests of a subject without those that start a chain: that takes seconds, and each mutant would take them again. */
export function testsOf({ tests }: Subject): string[] {
  const startsChain = (path: string): boolean => readFileSync(join(ROOT, path), "utf8").includes("startChain");
  return tests.flatMap((glob) => globSync(glob, { cwd: ROOT })).filter((path) => !startsChain(path));
}

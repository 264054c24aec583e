import { globSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { commandOfIntent } from "./command-of-intent.ts";

const A = `0x${"aa".repeat(20)}`;
const AT = ` at 0x${"cc".repeat(20)}`;
const plain = (amount: bigint): string => String(Number(amount) / 10);

it.each([
  ["deposit 25", "lloom deposit 2.5"],
  [`approval for: deposit 25${AT}`, "lloom deposit 2.5"],
  ["stake 1000 as executor", "lloom stake 100"],
  ["stake 1000 as validator", "lloom stake 100 --role validator"],
  ["unbond all", "lloom unbond all"],
  ["unbond 15", "lloom unbond 1.5"],
  ["cancel the unbonding", "lloom unbond --cancel"],
  ["leave jail", "lloom unjail"],
  [`allocate 20 to ${A}`, `lloom allocate ${A} 2`],
  [`unlock all of ${A}`, `lloom unlock ${A}`],
  [`unlock 20 of ${A}`, `lloom unlock ${A} 2`],
  [`cancel the unlock of ${A}`, `lloom unlock ${A} --cancel`],
  [`finish the unlock of ${A}`, "lloom unlock --finish"],
  [`withdraw deposit all to ${A}`, `lloom withdraw deposit --to ${A}`],
  [`withdraw deposit 30 to ${A}`, `lloom withdraw deposit 3 --to ${A}`],
  [`withdraw earnings to ${A}`, `lloom withdraw earnings --to ${A}`],
  [`release all to ${A}`, `lloom release ${A}`],
  [`release 10 to ${A}`, `lloom release ${A} 1`],
])("%s is what %s sent", (intent, command) => {
  expect(commandOfIntent(`${intent}${AT}`, plain)).toBe(command);
});

it("a node's own call is no command's", () => {
  expect(commandOfIntent(`0x${"5e".repeat(32)}`, plain)).toBeUndefined();
});

/** Deeds whose intents lead back to no command: what they carry out stands in a file, an order or a digest alone. */
const WITHOUT = /^(credit|relay|authorize signer|revoke signer) /;

it("knows every deed that the sources of the commands name, as they name it now", () => {
  const files = globSync("../deeds/*-deeds.ts", { cwd: import.meta.dirname }).concat(
    ["funding", "payouts", "releasing"].map((name) => `../deeds/${name}.ts`),
  );
  const intents = files.flatMap((file) => {
    const source = readFileSync(new URL(file, import.meta.url), "utf8");
    const finish = /FINISH = "(.*)"/.exec(source)?.[1] ?? "";
    return [...source.matchAll(/intent: [`"](.*?)[`"],/g)].map(([, intent = ""]) =>
      intent
        .replace(/\$\{FINISH\}/, finish)
        .replaceAll(/\$\{(amount|asked)\}/g, "10")
        .replaceAll(/\$\{role\}/g, "executor")
        .replaceAll(/\$\{\w+\}/g, A),
    );
  });
  const unknown = intents.filter((intent) => !WITHOUT.test(intent) && commandOfIntent(intent, plain) === undefined);
  expect(intents.length).toBeGreaterThanOrEqual(15);
  expect(unknown).toEqual([`finish the unlock of ${A} for ${A}`]);
});

import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../../checkout/paths.ts";
import { strykerPlugins } from "../../scripts/mutation/messages.ts";
import { pathsToMutate, SUBJECTS, testsOf } from "../../scripts/mutation/subjects.ts";

describe("the subjects of mutation runs", () => {
  it.each(SUBJECTS)("$name has code, no tests among it, and tests beside it", (subject) => {
    const paths = pathsToMutate(subject, []);
    expect(paths.length).toBeGreaterThan(0);
    expect(paths.filter((path) => path.endsWith(".test.ts"))).toEqual([]);
    for (const glob of subject.tests) expect(globSync(glob, { cwd: ROOT }), glob).not.toEqual([]);
    expect(testsOf(subject)).not.toEqual([]);
  });

  it("are held against no test that starts a chain", () => {
    const all = SUBJECTS.flatMap((subject) => testsOf(subject));
    expect(all).toContain("node/src/chain/watch/watch-rules.test.ts");
    expect(all).not.toContain("node/src/chain/watch/watch.test.ts");
  });

  it("share no file", () => {
    const paths = SUBJECTS.flatMap((subject) => pathsToMutate(subject, []));
    expect(new Set(paths).size).toBe(paths.length);
  });

  it("are narrowed by name or by a part of a path", () => {
    const lanes = SUBJECTS.filter((subject) => pathsToMutate(subject, ["lanes"]).length > 0).map(({ name }) => name);
    expect(lanes).toEqual(["lanes"]);
    expect(SUBJECTS.flatMap((subject) => pathsToMutate(subject, ["pay/funding"]))).toEqual([
      "node/src/client/pay/funding-plan.ts",
    ]);
  });

  it("hold all of the rooms on which money and safety rest", () => {
    const paths = new Set(SUBJECTS.flatMap((subject) => pathsToMutate(subject, [])));
    const rooms = [
      ...["protocol/src", "node/src/executor/{admit,settle}", "node/src/client/{pay,choose}"],
      "node/src/chain/{send,watch}",
    ];
    const all = rooms
      .flatMap((room) => globSync(`${room}/**/*.ts`, { cwd: ROOT }))
      .map((path) => path.replaceAll("\\", "/"))
      .filter((path) => !path.endsWith(".test.ts") && !path.includes("/generated/"));
    expect(all.filter((path) => !paths.has(path))).toEqual([]);
  });
});

describe("the reasons for survivors", () => {
  const entries: { path: string; from: string }[] = JSON.parse(
    readFileSync(join(ROOT, "test/mutation/typescript-survivors.json"), "utf8"),
  );
  /** The mutation run prints code its own way: spaces and last commas differ. */
  const bare = (code: string): string => code.replaceAll(/\s+/g, "").replaceAll(/,(?=[)\]}])/g, "");

  it("are about code that is there", () => {
    const isThere = ({ path, from }: { path: string; from: string }): boolean =>
      bare(readFileSync(join(ROOT, path), "utf8")).includes(bare(from));
    expect(entries.filter((entry) => !isThere(entry))).toEqual([]);
  });
});

describe("what is left as it is", () => {
  const [plugin] = strykerPlugins;
  type Path = Parameters<NonNullable<typeof plugin>["value"]["shouldIgnore"]>[0];
  const isLeft = (path: Path): boolean => plugin?.value.shouldIgnore(path) !== undefined;
  const text = { type: "StringLiteral" };
  const argument = (parent: Path["parent"], key: number, node = text): Path => ({
    node,
    key,
    listKey: "arguments",
    parent,
  });
  const error = { type: "NewExpression", callee: { name: "LloomError" } };
  const property = (name: string): Path => ({
    node: text,
    key: "value",
    parent: { type: "ObjectProperty", key: { name } },
  });

  it("is the wording of an error, a problem or a log line", () => {
    expect(isLeft(argument(error, 1))).toBe(true);
    expect(isLeft(argument(error, 1, { type: "TemplateLiteral" }))).toBe(true);
    expect(isLeft(argument({ type: "NewExpression", callee: { name: "RangeError" } }, 0))).toBe(true);
    expect(isLeft(argument({ type: "CallExpression", callee: { name: "outOfStep" } }, 0))).toBe(true);
    expect(isLeft(argument({ type: "CallExpression", callee: { property: { name: "warn" } } }, 1))).toBe(true);
    expect(isLeft(argument({ type: "CallExpression", callee: { property: { id: { name: "warn" } } } }, 0))).toBe(true);
    expect(isLeft(argument({ type: "CallExpression", callee: { name: "readFor" } }, 0))).toBe(true);
    for (const name of ["message", "problem"]) expect(isLeft(property(name))).toBe(true);
  });

  it("is no code, no next step, no name, and nothing but texts", () => {
    expect(isLeft(argument(error, 0))).toBe(false);
    expect(isLeft(argument({ type: "CallExpression", callee: { name: "problem" } }, 0))).toBe(false);
    expect(isLeft(argument(error, 1, { type: "ConditionalExpression" }))).toBe(false);
    expect(isLeft(argument({ type: "CallExpression", callee: { name: "createStructHasher" } }, 0))).toBe(false);
    expect(isLeft(argument({ type: "NewExpression", callee: { name: "Set" } }, 0))).toBe(false);
    for (const name of ["next", "code", "type", "status"]) expect(isLeft(property(name))).toBe(false);
  });
});

import { describe, expect, it } from "vitest";
import { buildNames } from "../../validator/calibrate/build-hook.ts";
import { comparable } from "./comparable.ts";

describe("the honest nodes that a calibration compares", () => {
  it("are the model as it is, and each setting and build by itself", () => {
    const names = comparable(undefined, "calibrate").map(({ name }) => name);
    expect(names.slice(0, 3)).toEqual(["as-it-is", "no-flash-attention", "shared-batches"]);
    expect(names.some((name) => name.includes("+"))).toBe(false);
  });

  it("are others than these where they confirm one: a build and a setting at once, if there are builds", () => {
    const both = comparable("no-flash-attention+shared-batches", "confirm");
    expect(both).toEqual([
      {
        name: "no-flash-attention+shared-batches",
        computing: { flashAttention: false },
        sharedBatches: true,
      },
    ]);
    const [build] = buildNames();
    if (build === undefined) return;
    expect(comparable(`${build}+shared-batches`, "confirm")).toEqual([
      { name: `${build}+shared-batches`, build, sharedBatches: true },
    ]);
    for (const { name, build: own } of comparable(undefined, "confirm")) expect(name.startsWith(`${own}+`)).toBe(true);
  });

  it("are refused where there is no such node here", () => {
    const refused = expect.objectContaining({ code: "COMMAND_INVALID" });
    const builds = buildNames();
    const wrong = ["", "abacus", "shared-batches+abacus", "shared-batches+shared-batches"];
    if (builds.length > 1) wrong.push(builds.slice(0, 2).join("+"));
    for (const names of wrong) expect(() => comparable(names, "calibrate")).toThrow(refused);
  });
});

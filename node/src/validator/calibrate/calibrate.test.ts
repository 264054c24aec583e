import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Profile } from "@lloom/protocol/profile";
import { isCalibrated, parseCalibration } from "@lloom/protocol/verification/calibration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLog } from "../../log.ts";
import { buildNames } from "./build-hook.ts";
import { type CalibrateOptions, calibrate, calibratingCanary } from "./calibrate.ts";
import { CHOOSING_CANARIES, conclude, confirmation, type HonestFigures } from "./conclude.ts";
import { HonestNode } from "./honest-node.ts";
import { MeasuredFile } from "./measured-file.ts";

const SLOW = 120_000;
const modelPath = fileURLToPath(new URL("../../../models/tiny/lloom-tiny.gguf", import.meta.url));
const log = createLog({ level: "silent", name: "test" });
const profile: Profile = { backend: "llama.cpp", maxContext: 512, evidence: "trace" };

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "lloom-calibrating-"));
});
afterAll(() => rmSync(directory, { recursive: true }));

describe("what a calibration concludes", () => {
  const figures = (count: number, of: (index: number) => Partial<HonestFigures>): HonestFigures[] =>
    Array.from({ length: count }, (_, index) => ({ distance: 1, leadShift: 2, gap: 0, ...of(index) }));
  const subject = { weightsHash: `0x${"11".repeat(32)}`, reference: profile, seed: 1 } as const;

  it("chooses bounds by the first canaries alone, and counts the others that lie beyond", () => {
    const count = CHOOSING_CANARIES + 1000;
    const one = figures(count, (index) => ({ distance: index === 7 ? 10 : index === 900 ? 31 : 1 }));
    const other = figures(count, (index) => ({ leadShift: index === 8 ? 30 : index > 1150 ? 151 : 2 }));
    const measured = [
      { name: "one", profile, figures: one },
      { name: "other", profile, figures: other },
    ];
    const { configurations, distanceBound, leadBound } = conclude({ ...subject, configurations: measured });
    expect({ distanceBound, leadBound }).toEqual({ distanceBound: 30, leadBound: 150 });
    expect(configurations.map(({ canaries, found }) => ({ canaries, found }))).toEqual([
      { canaries: 1000, found: 1 },
      { canaries: 1000, found: count - 1151 },
    ]);
    expect(configurations[0]?.distance).toEqual([1, 1, 31, 31]);
  });

  it("refuses fewer canaries than choose the bounds", () => {
    const few = [{ name: "one", profile, figures: figures(CHOOSING_CANARIES, () => ({})) }];
    expect(() => conclude({ ...subject, configurations: few })).toThrow(
      expect.objectContaining({ code: "REQUEST_INVALID" }),
    );
  });
});

describe("what confirms a calibration", () => {
  const weightsHash = `0x${"11".repeat(32)}` as const;
  const figures = (count: number): HonestFigures[] =>
    Array.from({ length: count }, () => ({ distance: 1, leadShift: 2, gap: 0 }));
  const configurations = [
    { name: "one", profile, figures: figures(CHOOSING_CANARIES + 1) },
    { name: "other", profile, figures: figures(CHOOSING_CANARIES + 1) },
  ];
  const calibration = conclude({ weightsHash, reference: profile, seed: 1, configurations });
  const confirming = { weightsHash, reference: profile, seed: 2 } as const;

  it("counts every canary by the bounds that stand, and chooses none", () => {
    const [beyond, lead, gap] = [{ distance: 4 }, { leadShift: 11 }, { gap: 11 }].map((change) => ({
      ...{ distance: 3, leadShift: 10, gap: 10 },
      ...change,
    }));
    const found = [beyond, ...figures(50), lead, gap].filter((one) => one !== undefined);
    expect(calibration).toMatchObject({ distanceBound: 3, leadBound: 10 });
    const confirmed = confirmation(calibration, {
      ...confirming,
      configurations: [{ name: "one", profile, figures: found }],
    });
    expect(confirmed).toMatchObject({ seed: 2, configurations: [{ name: "one", canaries: 53, found: 3 }] });
  });

  it("is of the same weights, and of canaries that were not seen before", () => {
    const refused = expect.objectContaining({ code: "CONFIG_INVALID" });
    const confirmed = { ...calibration, confirmations: [confirmation(calibration, { ...confirming, configurations })] };
    expect(() => confirmation(calibration, { ...confirming, seed: 1, configurations })).toThrow(refused);
    expect(() => confirmation(confirmed, { ...confirming, configurations })).toThrow(refused);
    const other = `0x${"22".repeat(32)}` as const;
    expect(() => confirmation(calibration, { ...confirming, weightsHash: other, configurations })).toThrow(refused);
  });
});

describe("what was measured", () => {
  const one: HonestFigures = { distance: 1.5, leadShift: 2, gap: 0 };

  it("is there after an interruption, but for a line that was cut off", () => {
    const path = join(directory, "cut");
    new MeasuredFile(path, "subject").add("a", 0, one);
    appendFileSync(path, '["a",1,2');
    const again = new MeasuredFile(path, "subject");
    expect([again.get("a", 0), again.get("a", 1), again.get("b", 0)]).toEqual([one, undefined, undefined]);
    again.add("a", 1, one);
    expect(new MeasuredFile(path, "subject").get("a", 1)).toEqual(one);
  });

  it("is of one subject", () => {
    const path = join(directory, "other");
    new MeasuredFile(path, "subject");
    expect(() => new MeasuredFile(path, "another")).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
  });
});

describe("a calibration of the tiny model", () => {
  const build = buildNames().includes("x64") ? "x64" : undefined;
  const options = (measuredPath: string, told: number[]): CalibrateOptions => ({
    ...{ modelPath, measuredPath, threads: 1, seed: 3, canaries: CHOOSING_CANARIES + 2, log },
    configurations: [{ name: "as it is" }, { name: "another build", ...(build !== undefined && { build }) }],
    signal: new AbortController().signal,
    onProgress: ({ done }) => told.push(done),
  });

  it(
    "measures what is missing, of real nodes of two builds, and covers their profiles",
    async () => {
      const path = join(directory, "tiny");
      // Interrupted after the first canary.
      const stopped = new AbortController();
      const { signal } = stopped;
      const interrupted = calibrate({ ...options(path, []), signal, onProgress: () => stopped.abort() });
      await expect(interrupted).rejects.toMatchObject({ code: "CANCELLED" });
      const [subject = ""] = readFileSync(path, "utf8").split("\n");
      const measured = new MeasuredFile(path, subject);
      const known: HonestFigures = { distance: 3, leadShift: 9, gap: 0 };
      for (const name of ["as it is", "another build"])
        for (let index = 0; index < CHOOSING_CANARIES; index++) measured.add(name, index, known);
      const told: number[] = [];
      const calibration = await calibrate(options(path, told));
      expect(told).toHaveLength(2 * (CHOOSING_CANARIES + 2));
      expect(calibration).toMatchObject({ distanceBound: 9, leadBound: 45 });
      for (const { distance, canaries } of calibration.configurations) {
        expect(canaries).toBe(2);
        expect(distance[3]).toBeGreaterThan(0);
        expect(distance[3]).toBeLessThan(40);
      }
      for (const one of calibration.configurations) expect(isCalibrated(calibration, one.profile)).toBe(true);
      expect(parseCalibration(JSON.stringify(calibration))).toEqual(calibration);
      const instructions = calibration.configurations.map((one) => one.profile.instructions);
      if (build !== undefined) expect(instructions[1]).not.toBe(instructions[0]);
    },
    SLOW,
  );

  it("draws the same canaries for the same seed, half of them at temperature 0", () => {
    const draws = Array.from({ length: 400 }, (_, index) => calibratingCanary(3, index));
    expect(draws).toEqual(Array.from({ length: 400 }, (_, index) => calibratingCanary(3, index)));
    const greedy = draws.filter(({ sampling }) => sampling.temperatureMilli === 0).length;
    expect(Math.abs(greedy - 200)).toBeLessThan(50);
    expect(new Set(draws.map(({ messages }) => JSON.stringify(messages))).size).toBeGreaterThan(390);
  });

  it(
    "says why a node cannot be measured",
    async () => {
      const settings = {
        kind: "llama",
        modelPath: join(directory, "none.gguf"),
        modelName: "model",
        threads: 1,
        sequences: 1,
      } as const;
      await expect(HonestNode.open({ options: settings, directory })).rejects.toMatchObject({ code: "BACKEND_FAILED" });
    },
    SLOW,
  );
});

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseCalibration } from "@lloom/protocol/verification/calibration";
import { afterAll, expect, it } from "vitest";
import { readCalibrationFile } from "./calibration-file.ts";

const directory = mkdtempSync(join(tmpdir(), "lloom-calibration-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const path = join(directory, "model.calibration.json");
const text = readFileSync(join(import.meta.dirname, "../../../models/tiny/calibration.json"), "utf8");

it("is read behind a byte-order mark too, and says what it is where it is no UTF-8", () => {
  writeFileSync(path, `\ufeff${text}`);
  expect(readCalibrationFile(path)).toEqual(parseCalibration(text));
  writeFileSync(path, Buffer.from(`\ufeff${text}`, "utf16le"));
  expect(() => readCalibrationFile(path)).toThrow(
    expect.objectContaining({
      code: "CONFIG_INVALID",
      message: `The calibration ${path} is text in UTF-16, not in UTF-8.`,
    }),
  );
});

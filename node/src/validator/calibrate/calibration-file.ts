import { type Calibration, parseCalibration } from "@lloom/protocol/verification/calibration";
import { readOutsideFile } from "../../outside-file.ts";

/** A calibration, which comes with its model from wherever that was measured. Throws CONFIG_INVALID. */
export const readCalibrationFile = (path: string): Calibration =>
  parseCalibration(
    readOutsideFile({
      path,
      what: `The calibration ${path}`,
      code: "CONFIG_INVALID",
      next: "Measure it again with lloom calibrate.",
    }),
  );

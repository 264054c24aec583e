import { join } from "node:path";

/** The model that comes with Lloom. */
export const TINY_MODEL = join(import.meta.dirname, "../../../models/tiny/lloom-tiny.gguf");
/** How far honest nodes with it differ, as `lloom calibrate` measured. */
export const TINY_CALIBRATION = join(import.meta.dirname, "../../../models/tiny/calibration.json");

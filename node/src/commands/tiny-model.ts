import { join } from "node:path";

/** The model that comes with Lloom. */
export const TINY_MODEL = join(import.meta.dirname, "../../models/tiny/lloom-tiny.gguf");

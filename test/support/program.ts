// Before any test: makes the program that tests start, many hundreds of times in all.
import { lloomProgram } from "../../checkout/lloom-program.ts";
import { LLOOM } from "../../checkout/paths.ts";

/** No setting of the node, which would refuse one that it does not know. */
const VARIABLE = "PROGRAM_OF_LLOOM_TESTS";

/** Of the command line, as tests start it. `test/integration/start-file.test.ts` and some of the pages' commands start the sources. */
export const LLOOM_PROGRAM = process.env[VARIABLE] ?? LLOOM;

/** For vitest, whose workers have the environment of what starts them. */
export async function setup(): Promise<void> {
  process.env[VARIABLE] = await lloomProgram();
}

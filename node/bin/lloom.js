#!/usr/bin/env node
/**
 * Starts the command line. Plain JavaScript of long ago, so that a Node that cannot read the rest says so in a sentence.
 */
import module from "node:module";
import process from "node:process";
import { fileURLToPath } from "node:url";

const NEEDED = 24;
const { node } = process.versions;

if (Number(node.split(".")[0]) >= NEEDED) {
  // Half of a start is compiling. Beside the packages, where nobody writes who could not write the program itself.
  module.enableCompileCache(fileURLToPath(new URL("../../node_modules/.cache/lloom-compiled", import.meta.url)));
  import("../src/cli.ts");
} else {
  process.stderr.write(
    `COMMAND_INVALID: lloom needs Node ${NEEDED}, and this is Node ${node}.\n  Run ./lloom in the checkout, which brings Node ${NEEDED}, or install Node ${NEEDED}.\n`,
  );
  process.exitCode = 2;
}

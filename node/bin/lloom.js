#!/usr/bin/env node
/**
 * Starts the command line, where need be by another Node than this one. Plain JavaScript of long ago, so that a Node that cannot read the
 * rest gets so far.
 */
import { spawn } from "node:child_process";
import module from "node:module";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { isRightNode, NEEDED_NODE, packagedNode } from "./right-node.js";

if (isRightNode()) {
  // Half of a start is compiling. Beside the packages, where nobody writes who could not write the program itself.
  module.enableCompileCache(fileURLToPath(new URL("../../node_modules/.cache/lloom-compiled", import.meta.url)));
  import("../src/cli.ts");
} else {
  const node = packagedNode();
  if (node === undefined) refuse();
  else runBy(node);
}

function refuse() {
  process.stderr.write(
    `COMMAND_INVALID: lloom needs Node ${NEEDED_NODE}, and this is Node ${process.versions.node}.\n  Run ./lloom in the checkout, which brings Node ${NEEDED_NODE}, or install Node ${NEEDED_NODE} or the package @lloom/runtime, which is one.\n`,
  );
  process.exitCode = 2;
}

/** The same command by another Node, with this one's terminal; it hears of every signal, and this one ends as it does. */
function runBy(node) {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: "inherit" });
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(name, () => child.kill(name));
  child.once("error", refuse);
  child.once("exit", (code, signal) => {
    if (signal === null) {
      process.exitCode = code;
      return;
    }
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

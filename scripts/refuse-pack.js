// Ends `npm pack` and `npm publish` of a workspace: the tarball would install and not run. Plain JavaScript, for any Node.
process.stderr.write(
  "\nNo package is made of this workspace: it is TypeScript, which Node does not run out of node_modules.\n" +
    "  Run Lloom from a checkout (README.md); docs/releasing.md says what is missing for packages.\n\n",
);
process.exit(1);

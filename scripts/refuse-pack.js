// Ends `npm pack` and `npm publish` of a workspace: the tarball would install and not run. Plain JavaScript, for any Node.
process.stderr.write(
  "\nNo package is made of this workspace: it is TypeScript, which Node does not run out of node_modules.\n" +
    "  Packages are built: npm run build:packages (docs/library.md); how they are published says docs/releasing.md.\n\n",
);
process.exit(1);

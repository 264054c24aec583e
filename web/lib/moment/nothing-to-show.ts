import { type Problem, problemOf } from "../problem.ts";

/** Seconds after which a browser, or a program that keeps to it, asks again. */
export const RETRY_SECONDS = 5;

const PROBLEM: Problem = problemOf("INDEXER_UNREACHABLE");

/**
 * A whole page for when the index is silent and nothing was kept: pages of the explorer itself cannot have a status of their own. It needs no
 * file and no code, and asks again by itself.
 */
export const NOTHING_TO_SHOW = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="${RETRY_SECONDS}">
<title>Nothing to show · Lloom explorer</title>
<style>
:root { color-scheme: light dark; background: light-dark(#f4f5f2, #0d1211); color: light-dark(#14201c, #e6ede9); }
body { font: 1rem/1.5 ui-sans-serif, system-ui, sans-serif; margin: 12vh auto; max-width: 34rem; padding: 0 1rem; }
h1 { font-size: 1.375rem; }
</style>
</head>
<body>
<main data-testid="problem" data-code="${PROBLEM.code}">
<h1>The data cannot be read right now</h1>
<p>${PROBLEM.message} ${PROBLEM.next}</p>
</main>
</body>
</html>
`;

/**
 * Now, in Unix seconds, for one rendering on the server. Components take it as a prop, so that everything on a page is
 * measured from the same moment; in the browser only what is told by the second asks for it.
 */
export const nowSeconds = (): number => Math.floor(Date.now() / 1000);

/** Milliseconds since some moment, which only ever go on: what takes time is measured by it, in the browser too. */
export const steadyMs = (): number => performance.now();

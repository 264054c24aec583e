/**
 * The schema library, in the one copy that this package has. Every package that asks for it by itself gets its own, since an older
 * version has the place that all could share, and a copy is a hundred modules at every start.
 */
// biome-ignore lint/performance/noBarrelFile: it is there to make the graph of modules smaller.
export { z } from "zod";

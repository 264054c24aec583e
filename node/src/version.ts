import manifest from "../package.json" with { type: "json" };

/** Version of this node, as its package says. */
export const VERSION: string = manifest.version;

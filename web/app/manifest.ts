import type { MetadataRoute } from "next";

/** What the explorer is called and looks like where it is installed. */
export default function manifest(): MetadataRoute.Manifest {
  return {
    name: "Lloom explorer",
    short_name: "Lloom",
    description: "Every paid LLM answer that was settled on the Lloom network.",
    start_url: "/",
    display: "standalone",
    background_color: "#f4f5f2",
    theme_color: "#f4f5f2",
    icons: [{ src: "/icon.svg", sizes: "any", type: "image/svg+xml" }],
  };
}

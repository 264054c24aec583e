import type { MetadataRoute } from "next";

/** Pages may be found; what is searched, downloaded or asked by programs is for nobody's index. */
export default function robots(): MetadataRoute.Robots {
  return { rules: { userAgent: "*", disallow: ["/search", "/account", "/csv/", "/api/"] } };
}

import assert from "node:assert/strict";

/** Where a PNG file says its width and height. */
const [WIDTH_AT, HEIGHT_AT] = [16, 20];

/** A page names a picture of itself, at its own host, which is one of 1200 by 630 pixels. */
export async function checkCard(baseUrl: string, path: string): Promise<void> {
  const html = await (await fetch(baseUrl + path)).text();
  const [, named = ""] = /<meta property="og:image" content="([^"]+)"/.exec(html) ?? [];
  assert.equal(named, `${baseUrl}/cards${path}`, `${path} names its picture.`);
  assert.match(html, /<meta name="twitter:card" content="summary_large_image"/);
  const response = await fetch(named);
  const [said, type, cached] = [
    response.status,
    ...["content-type", "cache-control"].map((name) => response.headers.get(name)),
  ];
  assert.deepEqual([said, type, cached], [200, "image/png", "public, max-age=300"], named);
  const image = Buffer.from(await response.arrayBuffer());
  assert.deepEqual([image.readUInt32BE(WIDTH_AT), image.readUInt32BE(HEIGHT_AT)], [1200, 630]);
  assert.ok(Buffer.from(await (await fetch(named)).arrayBuffer()).equals(image), "It is the same when asked again.");
}

/** What there is not has no picture, whatever is asked for. */
async function checkNoCards(baseUrl: string): Promise<void> {
  const nobody = `0x${"12".repeat(20)}`;
  for (const path of [`executors/${nobody}`, "models/x", "disputes/%2e%2e", "settlements/1", `nothing/${nobody}`]) {
    assert.equal((await fetch(`${baseUrl}/cards/${path}`)).status, 404, path);
  }
}

/** The first model, executor and settlement have pictures, and what there is not has none. */
export async function checkCards(baseUrl: string): Promise<void> {
  for (const list of ["models", "executors", "settlements"]) {
    const html = await (await fetch(`${baseUrl}/${list}`)).text();
    const [, path] = new RegExp(`href="(/${list}/[0-9a-f][^"/?]+)"`).exec(html) ?? [];
    assert.ok(path, `${list} lists one.`);
    await checkCard(baseUrl, path);
  }
  await checkNoCards(baseUrl);
}

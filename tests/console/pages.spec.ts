import { expect, test } from "./fixtures";

test("plots what the models do", async ({ page, server: _ }) => {
  await page.goto("/#/models");
  const model = page.getByRole("region", { name: "Model shop-chat" });
  await expect(model).toContainText("qwen3 · 31.5 MB · 2,048 tokens of context");
  await expect(model).toContainText("LoRA adapter of rank 16");
  await expect(model.getByRole("img", { name: /^Tokens per second: out \d/ })).toBeVisible();
  await expect(model.getByRole("img", { name: /^Time to first token: mean \d+ ms/ })).toBeVisible();
  await expect(model.getByRole("img", { name: /^Requests: running \d/ })).toBeVisible();
  await expect(model.getByRole("img", { name: /^KV cache in use: used \d+%/ })).toBeVisible();
  // The assistant's name is no model, the embedding model is one without figures.
  await expect(page.getByRole("region", { name: /^Model / })).toHaveCount(2);
});

test("lists resources with state and reason, those in need first", async ({ page, server: _ }) => {
  await page.goto("/#/resources");
  const rows = page.getByRole("region", { name: "Resources" }).locator("tbody tr");
  await expect(rows).toHaveCount(4);
  await expect(rows.first()).toContainText("Degraded");
  await expect(rows.first()).toContainText("Start the cart service, or remove the tool.");
  await expect(page.getByText("2 of 4 resources ready")).toBeVisible();
});

test("serves its files with a strict policy and for ever", async ({ request, server: _ }) => {
  const page = await request.get("/");
  expect(page.headers()["content-security-policy"]).toContain("script-src 'self'");
  const script = /src="\.(\/assets\/[^"]+\.js)"/.exec(await page.text())?.[1];
  const asset = await request.get(script ?? "");
  expect(asset.headers()["cache-control"]).toContain("immutable");
  expect(asset.headers()["content-encoding"]).toMatch(/br|gzip/);
});

// Against an argosy that runs already: ARGOSY_CONSOLE_URL=http://127.0.0.1:8080 tests/console/run
// It needs an assistant with knowledge, as examples/shop has.
import { expect, test } from "@playwright/test";

const url = process.env.ARGOSY_CONSOLE_URL ?? "";
const question = process.env.ARGOSY_QUESTION ?? "a waterproof jacket under 80 dollars for hiking?";

test.skip(!url, "ARGOSY_CONSOLE_URL names no server");
test.use({ baseURL: url });

test("a real assistant answers with a source and a trace", async ({ page }) => {
  test.setTimeout(180_000);
  await page.goto("/");
  await page.getByRole("textbox", { name: "Message" }).fill(question);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Copy answer" })).toBeVisible({ timeout: 120_000 });
  await page.getByRole("list", { name: "Sources" }).getByRole("button").first().click();
  await expect(page.getByRole("complementary").locator("blockquote")).not.toBeEmpty();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Trace", exact: true }).click();
  await expect(page.getByRole("option", { name: /^Search/ })).toBeVisible();
});

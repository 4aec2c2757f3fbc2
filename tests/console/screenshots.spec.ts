// Pictures for the docs and for eyes: SCREENSHOTS=folder tests/console/run screenshots
import { askAndWait, expect, test } from "./fixtures";

const folder = process.env.SCREENSHOTS;
const kLooks = [
  { name: "light", colorScheme: "light", width: 1360, height: 860 },
  { name: "dark", colorScheme: "dark", width: 1360, height: 860 },
  { name: "phone", colorScheme: "light", width: 390, height: 780 },
] as const;

for (const look of kLooks) {
  test(`pictures, ${look.name}`, async ({ page, server: _ }) => {
    test.skip(!folder, "SCREENSHOTS names no folder");
    test.setTimeout(180_000);
    const { width, height, colorScheme } = look;
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme });
    const shot = (name: string) => page.screenshot({ path: `${folder}/${look.name}-${name}.png` });
    await page.goto("/");
    await expect(page.getByRole("heading", { name: "What are you looking for?" })).toBeVisible();
    await shot("welcome");
    await askAndWait(page, "Which tents weigh less than two kilograms?");
    await page.locator(".log").focus();
    await page.keyboard.press("n");
    await askAndWait(page, "A waterproof jacket under 80 dollars for hiking?");
    await shot("chat");
    await page.getByRole("button", { name: "Source 1", exact: true }).first().click();
    await shot("citation");
    await page.keyboard.press("Escape");
    await page.goto("/#/trace");
    await page.getByRole("option", { name: /^Search/ }).click();
    await shot("trace");
    await page.goto("/#/knowledge");
    await page.getByRole("searchbox").fill("a waterproof jacket under 80 dollars");
    await page.keyboard.press("Enter");
    await expect(page.getByText("price_cents < 8000")).toBeVisible();
    await shot("knowledge");
    await page.goto("/#/resources");
    await expect(page.getByText("Degraded")).toBeVisible();
    await shot("resources");
    await page.goto("/#/models");
    await page.waitForTimeout(16_000);
    await shot("models");
    await page.keyboard.press("?");
    await shot("shortcuts");
  });
}

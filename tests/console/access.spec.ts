import { ask, askAndWait, expect, test } from "./fixtures";

const kPages = ["chat", "knowledge", "models", "trace", "resources"];

test("works by keyboard alone", async ({ page, server: _ }) => {
  await page.goto("/");
  await expect(page.getByRole("textbox", { name: "Message" })).toBeEnabled();
  await page.keyboard.press("/");
  await page.keyboard.type("A jacket?");
  await page.keyboard.press("Enter");
  const mark = page.getByRole("button", { name: "Source 1", exact: true }).first();
  await expect(mark).toBeVisible();
  for (
    let i = 0;
    i < 40 && !(await mark.evaluate((one) => one === document.activeElement));
    i += 1
  ) {
    await page.keyboard.press("Shift+Tab");
  }
  await page.keyboard.press("Enter");
  await expect(page.getByRole("complementary", { name: /Source 1/ })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(mark).toBeFocused();
  await page.keyboard.press("t");
  await expect(page.getByRole("heading", { name: "Trace" })).toBeVisible();
  await page.keyboard.press("2");
  await expect(page.getByRole("heading", { name: "Knowledge" })).toBeVisible();
  await page.keyboard.press("?");
  const help = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await expect(help).toContainText("new chat");
  await page.keyboard.press("Escape");
  await expect(help).toHaveCount(0);
  await page.keyboard.press("n");
  await expect(page.getByRole("textbox", { name: "Message" })).toBeFocused();
  // In a field a letter is a letter, and Escape stops the answer.
  await page.keyboard.type("2 nr? slowly");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("article")).toContainText("word2");
  await page.keyboard.press("Escape");
  await expect(page.getByText("Stopped", { exact: true })).toBeVisible();
});

test("shows where the focus is", async ({ page, server: _ }) => {
  await page.goto("/");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("button", { name: "Skip to the content" })).toBeFocused();
  await page.keyboard.press("Tab");
  const outline = await page.evaluate(
    () => getComputedStyle(document.activeElement as Element).outlineStyle,
  );
  expect(outline).toBe("solid");
});

test("fits a phone of 360 pixels without a horizontal scroll", async ({ page, server: _ }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto("/");
  await askAndWait(page, `A jacket with a ${"very".repeat(30)}-long-word?`);
  for (const name of kPages) {
    await page.goto(`/#/${name}`);
    await expect(page.locator("h1").first()).toBeAttached();
    const wide = await page.evaluate(() =>
      [document.documentElement, document.querySelector("main")].map(
        (one) => (one?.scrollWidth ?? 0) - (one?.clientWidth ?? 0),
      ),
    );
    expect(wide, name).toEqual([0, 0]);
  }
  await page.goto("/#/chat");
  await page.getByRole("button", { name: "Source 1", exact: true }).first().click();
  const panel = await page.getByRole("complementary").boundingBox();
  expect(panel?.width).toBe(360);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Conversations" }).click();
  await expect(page.getByRole("navigation", { name: "Conversations" })).toBeVisible();
});

test("follows the system into the dark, readable in both", async ({ page, server: _ }) => {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await page.goto("/");
    await askAndWait(page, "A jacket?");
    for (const name of kPages) {
      await page.goto(`/#/${name}`);
      await expect(page.locator(`.${name === "chat" ? "turn" : "card"}`).first()).toBeVisible();
      const worst = await page.evaluate(contrastOfTexts);
      expect(worst.ratio, `${colorScheme}: ${worst.where}`).toBeGreaterThan(4.5);
    }
    await page.goto("/");
    const [background] = await page.evaluate(() => [
      getComputedStyle(document.body).backgroundColor,
    ]);
    expect(background).toBe(colorScheme === "dark" ? "rgb(15, 18, 22)" : "rgb(247, 248, 250)");
  }
});

/** The lowest contrast (WCAG 2) of a text on what lies behind it. Runs in the page. */
function contrastOfTexts(): { ratio: number; where: string } {
  const channels = (color: string) => (color.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = (color: string) => {
    const [r = 0, g = 0, b = 0] = channels(color).map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element: Element): string => {
    for (let at: Element | null = element; at; at = at.parentElement) {
      const color = getComputedStyle(at).backgroundColor;
      if ((channels(color)[3] ?? 1) > 0) return color;
    }
    return "rgb(255, 255, 255)";
  };
  let worst = { ratio: 21, where: "" };
  for (const element of document.querySelectorAll("#app *:not(:disabled)")) {
    const own = [...element.childNodes].some(
      (one) => one.nodeType === 3 && one.textContent?.trim(),
    );
    if (!own || element.closest("option, .off-screen")) continue;
    const pair = [luminance(getComputedStyle(element).color), luminance(behind(element))];
    const ratio = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
    if (ratio < worst.ratio) worst = { ratio, where: element.outerHTML.slice(0, 120) };
  }
  return worst;
}

test("asks for the key on a 401, keeps it for the tab, and sends it", async ({ page, server }) => {
  server.requiredKey = "right-key";
  await page.goto("/");
  const dialog = page.getByRole("dialog", { name: "API key" });
  await dialog.getByLabel("API key").fill("wrong-key");
  await page.keyboard.press("Enter");
  // Refused: the next request asks again.
  await expect(page.getByRole("alert").first()).toContainText("API key");
  await page.getByRole("button", { name: "Key", exact: true }).click();
  await dialog.getByLabel("API key").fill("right-key");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "What are you looking for?" })).toBeVisible();
  await askAndWait(page, "A jacket?");
  expect(server.asked("POST", "/v1/assistants").at(-1)?.key).toBe("right-key");
  const kept = await page.evaluate(() => [
    sessionStorage.getItem("argosy-key"),
    JSON.stringify({ ...localStorage }).includes("right-key"),
  ]);
  expect(kept).toEqual(["right-key", false]);
  await page.reload();
  await expect(page.getByRole("heading", { name: "What are you looking for?" })).toBeVisible();
  await expect(dialog).toHaveCount(0);
});

test("keeps what a model writes from becoming markup", async ({ page, server: _ }) => {
  await page.goto("/");
  await ask(page, "<img src=x onerror=alert(1)> **bold** slowly");
  await expect(page.locator(".question")).toContainText("<img src=x onerror=alert(1)> **bold**");
  await page.getByRole("button", { name: "Stop" }).click();
  expect(await page.locator("article img").count()).toBe(0);
});

import { ask, askAndWait, expect, test } from "./fixtures";

const kQuestion = "A waterproof jacket under 80 dollars for hiking?";

test.beforeEach(async ({ page, server: _ }) => {
  await page.goto("/");
});

test("greets with the assistant's own words, and a suggestion asks", async ({ page, server }) => {
  await expect(page.getByRole("heading", { name: "What are you looking for?" })).toBeVisible();
  await page.getByRole("button", { name: kQuestion }).click();
  await expect(page.getByRole("table")).toBeVisible();
  const [asked] = server.asked("POST", "/v1/assistants/shop/messages");
  expect(JSON.parse(asked?.body ?? "{}")).toMatchObject({
    message: kQuestion,
    stream: true,
    trace: true,
  });
});

test("streams the answer as Markdown", async ({ page }) => {
  await ask(page, "slowly please");
  await expect(page.getByRole("article")).toContainText("word3");
  const early = await page.getByRole("article").textContent();
  await expect(page.getByRole("article")).toContainText("word12");
  expect(early).not.toContain("word12");
  await page.getByRole("button", { name: "Stop" }).click();
  await askAndWait(page, kQuestion);
  const answer = page.getByRole("article").last();
  await expect(answer.getByRole("columnheader", { name: "Price" })).toBeVisible();
  await expect(answer.locator("em")).toHaveText("Ridgeline");
  await expect(answer).toContainText("318 + 74 tokens");
});

test("opens a citation's row in the panel, and Escape closes it", async ({ page }) => {
  await askAndWait(page, kQuestion);
  const mark = page.getByRole("button", { name: "Source 2", exact: true }).first();
  await mark.click();
  const panel = page.getByRole("complementary", { name: /Source 2/ });
  await expect(panel).toContainText("Packs into its own pocket");
  await expect(panel).toContainText("catalog.csv#row=107");
  await expect(panel.locator("dd", { hasText: "3900" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(panel).toHaveCount(0);
  await expect(mark).toBeFocused();
});

test("stops an answer, and the server hears it", async ({ page, server }) => {
  await ask(page, "slowly please");
  await expect(page.getByRole("article")).toContainText("word2");
  await page.getByRole("button", { name: "Stop" }).click();
  await expect(page.getByText("Stopped", { exact: true })).toBeVisible();
  await expect.poll(() => server.abandoned).toBe(1);
  await expect(page.getByRole("textbox", { name: "Message" })).toBeEnabled();
});

test("says what went wrong and asks again on retry", async ({ page, server }) => {
  await ask(page, "break it");
  await expect(page.getByRole("alert")).toContainText("connection broke");
  await page.getByRole("button", { name: "Retry" }).click();
  await expect.poll(() => server.asked("POST", "/v1/assistants/shop/messages").length).toBe(2);
  await expect(page.getByRole("article")).toHaveCount(1);
});

test("shows the server's own error with what to do", async ({ page }) => {
  await ask(page, "refuse this");
  await expect(page.getByRole("alert")).toContainText("still loading. Try again in a moment.");
});

test("switches sessions, finds their sources again, and deletes one", async ({ page, server }) => {
  await askAndWait(page, "First question about jackets");
  await page.getByRole("button", { name: "New chat" }).first().click();
  await askAndWait(page, "Second question about tents");
  const list = page.getByRole("navigation", { name: "Conversations" });
  await expect(list.getByRole("listitem")).toHaveCount(2);
  await list.getByRole("button", { name: /^First question/ }).click();
  await expect(page.getByRole("article")).toContainText("First question about jackets");
  // Stored citations have no text: it is looked up.
  await page.getByRole("button", { name: "Source 1", exact: true }).first().click();
  await expect(page.getByRole("complementary", { name: /Source 1/ })).toContainText("taped seams");
  await page.keyboard.press("Escape");
  await list.getByRole("button", { name: /^Delete conversation First/ }).click();
  await expect(list.getByRole("listitem")).toHaveCount(1);
  expect(server.sessions.size).toBe(1);
});

test("goes on in the same session after a reload", async ({ page, server }) => {
  await askAndWait(page, "First question about jackets");
  await page.reload();
  await page.getByRole("button", { name: /^First question/ }).click();
  await askAndWait(page, "and in blue?");
  const asked = server
    .asked("POST", "/v1/assistants/shop/messages")
    .map((one) => JSON.parse(one.body));
  expect(asked[1].session_id).toBeTruthy();
  expect(asked[1].user).toBe(asked[0].user);
  expect(server.sessions.size).toBe(1);
});

test("talks to a plain model, whose conversations this browser keeps", async ({ page, server }) => {
  await page.getByRole("combobox", { name: "Assistant or model" }).selectOption("model:shop-chat");
  await askAndWait(page, "Hello");
  await askAndWait(page, "And again");
  const asked = server.asked("POST", "/v1/chat/completions").map((one) => JSON.parse(one.body));
  expect(asked[1].messages.map((one: { role: string }) => one.role)).toEqual([
    "user",
    "assistant",
    "user",
  ]);
  await page.reload();
  await page.getByRole("button", { name: /^Hello/ }).click();
  await expect(page.getByRole("article")).toHaveCount(2);
});

test("copies an answer", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await askAndWait(page, kQuestion);
  await page.getByRole("button", { name: "Copy answer" }).click();
  await expect(page.getByText("Copied")).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain("Two products fit");
});

test("shows the trace of an answer: steps, prompt, passages, tokens", async ({ page }) => {
  await askAndWait(page, kQuestion);
  await page.getByRole("button", { name: "Trace", exact: true }).click();
  const steps = page.getByRole("listbox", { name: "Steps" });
  await expect(steps.getByRole("option")).toHaveCount(8);
  // The step that took longest is open.
  await expect(page.getByRole("region", { name: "Step Model" })).toContainText("completion_tokens");
  await steps.getByRole("option", { name: /^Search/ }).click();
  await expect(page.getByRole("region", { name: "Step Search" })).toContainText("cited as 1");
  await page.keyboard.press("ArrowDown");
  const prompt = page.getByRole("region", { name: "Step Build the prompt" });
  await expect(prompt).toContainText("You help visitors of an online shop.");
  await expect(page.getByText("Prompt tokens")).toBeVisible();
});

// Each test gets the recording server as it was at its start, and a page that breaks no rule: no
// error in the console, nothing loaded from elsewhere, no violation of the page's own policy.
import { test as base, expect, type Page } from "@playwright/test";
import { RecordingServer } from "./server/recording_server";

export { expect } from "@playwright/test";

async function watch(page: Page, origin: string): Promise<string[]> {
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(`thrown: ${error.message}`));
  page.on("console", (message) => {
    // Chromium reports each refused request as an error of the page; those are the tests' subject.
    const refused = message.text().startsWith("Failed to load resource");
    if (message.type() === "error" && !refused) faults.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(origin)) faults.push(`from elsewhere: ${request.url()}`);
  });
  return faults;
}

export const test = base.extend<
  { server: RecordingServer; faults: string[] },
  { shared: RecordingServer }
>({
  shared: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the pattern
    async ({}, use) => {
      const program = process.env.ARGOSY_CONSOLE_PAGE;
      if (!program) throw new Error("ARGOSY_CONSOLE_PAGE names the program argosy_console_page");
      const server = new RecordingServer();
      await server.start(program);
      await use(server);
      await server.stop();
    },
    { scope: "worker" },
  ],
  server: async ({ shared }, use) => {
    shared.reset();
    await use(shared);
  },
  baseURL: async ({ shared }, use) => use(shared.url),
  faults: [
    async ({ page, shared }, use) => {
      const faults = await watch(page, shared.url);
      await use(faults);
      expect(faults).toEqual([]);
    },
    { auto: true },
  ],
});

test.skip(() => Boolean(process.env.ARGOSY_CONSOLE_URL), "these tests have their own server");

export async function ask(page: Page, question: string): Promise<void> {
  await page.getByRole("textbox", { name: "Message" }).fill(question);
  await page.keyboard.press("Enter");
}

/** An answer that is whole has its actions. */
export async function askAndWait(page: Page, question: string): Promise<void> {
  const before = await page.getByRole("button", { name: "Copy answer" }).count();
  await ask(page, question);
  await expect(page.getByRole("button", { name: "Copy answer" })).toHaveCount(before + 1);
}

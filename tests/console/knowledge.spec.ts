import { expect, test } from "./fixtures";

test.beforeEach(async ({ page, server: _ }) => {
  await page.goto("/#/knowledge");
  await expect(page.getByRole("heading", { name: "Knowledge" })).toBeVisible();
});

async function drop(page: import("@playwright/test").Page, name: string, text: string) {
  const transfer = await page.evaluateHandle(
    ([fileName, content]) => {
      const data = new DataTransfer();
      data.items.add(new File([content as string], fileName as string));
      return data;
    },
    [name, text],
  );
  const zone = page.locator(".drop");
  await zone.dispatchEvent("dragover", { dataTransfer: transfer });
  await zone.dispatchEvent("drop", { dataTransfer: transfer });
}

test("tells what a knowledge base holds and what was left out", async ({ page }) => {
  const about = page.getByRole("region", { name: "About" });
  await expect(about).toContainText("2,400");
  await expect(about).toContainText("shop-embed");
  await about.getByText("1 part left out").click();
  await expect(about).toContainText("12 columns where the header has 13");
});

test("searches with scores and the filter that the question gave", async ({ page, server }) => {
  await page.getByRole("searchbox").fill("a waterproof jacket under 80 dollars");
  await page.keyboard.press("Enter");
  const hits = page.getByRole("list", { name: "Passages" }).locator("> li");
  await expect(hits).toHaveCount(4);
  await expect(hits.first()).toContainText("11.400");
  await expect(hits.first()).toContainText("0.871");
  await expect(hits.first()).toContainText("0.033");
  await expect(page.getByText("price_cents < 8000 and waterproof = true")).toBeVisible();
  const [asked] = server.asked("POST", "/v1/knowledge_bases/catalog/search");
  expect(JSON.parse(asked?.body ?? "{}").query).toBe("a waterproof jacket under 80 dollars");
});

test("takes in a dropped file, with progress and what was left out", async ({ page, server }) => {
  await drop(page, "new.csv", "id,name\n1,a\n2,b\n");
  await expect(page.getByRole("progressbar")).toBeVisible();
  const uploads = page.getByRole("list", { name: "Files taken in" });
  await expect(uploads).toContainText("3 added · 1 changed · 1 skipped");
  await uploads.getByText("1 part left out").click();
  await expect(uploads).toContainText("2 columns where the header has 3");
  const [asked] = server.asked("POST", "/v1/knowledge_bases/catalog/documents");
  expect(asked?.path).toContain("filename=new.csv");
  expect(asked?.body).toBe("id,name\n1,a\n2,b\n");
});

test("says why a file cannot be taken in", async ({ page }) => {
  await drop(page, "setup.exe", "MZ");
  await expect(page.getByRole("alert")).toContainText("no loader knows this kind of file");
});

test("lists documents page by page and deletes one after a second click", async ({
  page,
  server,
}) => {
  const rows = page.getByRole("region", { name: "Documents" }).locator("tbody tr");
  await expect(rows).toHaveCount(50);
  await page.getByRole("button", { name: "More after 50 documents" }).click();
  await expect(rows).toHaveCount(60);
  await page.getByRole("button", { name: "Delete Ridgeline Rain Jacket" }).click();
  expect(server.deletedDocuments.size).toBe(0);
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await expect(rows).toHaveCount(59);
  expect([...server.deletedDocuments]).toEqual(["P-1000"]);
});

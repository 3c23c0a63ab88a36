/** The items of all pages of a paginator of the SDK. */
export async function allOf<Page, Item>(
  pages: AsyncIterable<Page>,
  itemsOf: (page: Page) => readonly Item[],
): Promise<readonly Item[]> {
  const found: Item[] = [];
  for await (const page of pages) found.push(...itemsOf(page));
  return found;
}

/** The pages there are, and how each is fetched. A page is an element with a `route`; it draws itself into the stage. */

/** @typedef {import("../core/router.js").Route} Route */
/** @typedef {HTMLElement & { route: Route }} PageElement */

/** @type {Record<string, () => Promise<new () => PageElement>>} */
const PAGES = {
  chat: async () => (await import("../features/chat/page.js")).ChatPage,
  inbox: async () => (await import("../features/inbox/page.js")).InboxPage,
  files: async () => (await import("../features/files/page.js")).FilesPage,
  usage: async () => (await import("../features/usage/page.js")).UsagePage,
  settings: async () => (await import("../features/settings/page.js")).SettingsPage,
}

/**
 * @param {Route} route
 * @returns {Promise<PageElement | null>} null when there is no such page
 */
export async function makePage(route) {
  const load = PAGES[route.page]
  if (!load) return null
  const Page = await load()
  return Object.assign(new Page(), { route })
}

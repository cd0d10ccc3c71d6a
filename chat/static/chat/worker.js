/**
 * The service worker: opens rooms without a network. The server's `worker` view sets `self.shell`
 * to the files of this build and imports this script. Pages come from the server if it answers in
 * time, so that a new deployment shows at once; only files with a hash in their name come from the
 * cache first. Everything else (posts, sockets, other addresses) is left alone.
 */
const { build, root, offline, files } = self.shell;
const OWN = `chat:${root}:`; // caches belong to the whole origin, which may have other sites
const FILES = `${OWN}files:${build}`;
const PAGES = `${OWN}pages:${build}`; // a page belongs with the files that it names
const PAGE_TIMEOUT = 3_000; // ms until a cached page is shown instead
const MAX_PAGES = 20;
const MESSAGES = /<!-- messages -->.*?<!-- \/messages -->/s; // no text of a person contains these
const DOWN = [502, 503, 504]; // a proxy's answers when the server is down

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(install());
});

self.addEventListener("activate", (event) => event.waitUntil(activate()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (files.includes(pathname)) event.respondWith(file(request));
  else if (request.mode === "navigate" && isRoom(pathname))
    event.respondWith(page(event, pathname));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(show(event.notification.data.url));
});

async function install() {
  const [shell, pages, rooms] = await Promise.all([
    caches.open(FILES),
    caches.open(PAGES),
    knownRooms(),
  ]);
  await Promise.all([shell.addAll(files), pages.add(new Request(offline, { cache: "no-store" }))]);
  await Promise.allSettled(
    rooms.map((path) =>
      fetchPage(new Request(path, { cache: "no-store" }), path).then(({ stored }) => stored),
    ),
  );
}

async function activate() {
  const theirs = (await caches.keys()).filter(
    (name) => /:(?:files|pages):/.test(name) && name.startsWith(OWN),
  );
  await Promise.all(
    theirs.filter((name) => name !== FILES && name !== PAGES).map((name) => caches.delete(name)),
  );
  await self.clients.claim();
}

/**
 * The paths of open rooms, and of those that an earlier build cached: its files will be deleted.
 */
async function knownRooms() {
  const open = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const paths = open.map(({ url }) => new URL(url).pathname);
  for (const name of await caches.keys()) {
    if (!name.startsWith(`${OWN}pages:`)) continue;
    const requests = await (await caches.open(name)).keys();
    paths.push(...requests.reverse().map(({ url }) => new URL(url).pathname));
  }
  return [...new Set(paths)].filter(isRoom).slice(0, MAX_PAGES);
}

function isRoom(pathname) {
  return (
    pathname === root ||
    (pathname.startsWith(`${root}r/`) && /^[^/]+\/$/.test(pathname.slice(`${root}r/`.length)))
  );
}

async function file(request) {
  return (await caches.match(request, { cacheName: FILES, ignoreVary: true })) ?? fetch(request);
}

async function page(event, path) {
  const known = await lookUp(path);
  const asked = fetchPage(event.request, path);
  event.waitUntil(asked.then(({ stored }) => stored).catch(() => {}));
  const answer = asked.then(({ response }) => response);
  if (!known) return answer.catch(async () => (await lookUp(offline)) ?? Response.error());

  const late = new Promise((resolve) => setTimeout(resolve, PAGE_TIMEOUT, known));
  const response = await Promise.race([answer, late]).catch(() => known);
  return DOWN.includes(response.status) ? known : response;
}

function lookUp(path) {
  return caches.match(path, { cacheName: PAGES, ignoreVary: true });
}

/** The server's answer, and a promise that resolves when it is cached. */
async function fetchPage(request, path) {
  const response = await fetch(request);
  const whole = response.ok && response.type === "basic" && !response.redirected;
  return { response, stored: whole ? keep(path, response.clone()) : Promise.resolve() };
}

/**
 * Without the room's messages: some may be deleted before this page is opened again. The page has
 * them saved elsewhere, where it follows deletions.
 */
async function keep(path, { body, status, headers }) {
  const html = await new Response(body).text();
  const kept = html.replace(MESSAGES, "<template data-kept-page></template>");
  const pages = await caches.open(PAGES);
  await pages.delete(path, { ignoreVary: true }); // reinsert: the latest room comes last
  await pages.put(path, new Response(kept, { status, headers }));
  const rooms = (await pages.keys()).filter(({ url }) => new URL(url).pathname !== offline);
  await Promise.all(
    rooms.slice(0, -MAX_PAGES).map((request) => pages.delete(request, { ignoreVary: true })),
  );
}

/** Focus the room's tab and go to this address, or open a new one. */
async function show(address) {
  const { href, pathname } = new URL(address, location.origin);
  const open = await self.clients.matchAll({ type: "window" });
  const client = open.find(({ url }) => new URL(url).pathname === pathname);
  if (!client) return self.clients.openWindow(href);
  await client.focus();
  return client.navigate(href);
}

// Results that update in place. What a link or a form of a results page leads to is fetched as the
// very page that a reload would give, and its content takes the place of this one's. Whatever goes
// wrong, the browser goes there by itself: without this file, it always does.
// Scripts of the content hear of a newer one by the event "resultats" of the document.

const FOCUSABLE =
  "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]";
const OF_A_PAGE =
  "link[rel=canonical], link[rel=alternate], meta[name=description], meta[name=robots]";
const AROUND = [".evitement", ".pied"];
const PATIENCE = 300;

const main = document.querySelector("main");
const words = document.querySelector("#q");
let shown = addressOf(location);
let pending = new AbortController();
let typedDate = null;
let saving;

// --- What is asked for ------------------------------------------------------------------------

document.addEventListener("click", (event) => {
  if (event.defaultPrevented || event.button) return;
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const link = event.target.closest("a[href]");
  if (!link || link.hasAttribute("target") || link.hasAttribute("download")) return;
  const url = new URL(link.getAttribute("href"), location);
  if (url.hash && addressOf(url) === shown) return;
  // Whoever leaves must not be called back by a late answer.
  if (!isSearch(url)) return void pending.abort();
  event.preventDefault();
  visit(url, { from: link, toResults: Boolean(link.closest(".suite-resultats")) });
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "get" || form.hasAttribute("target")) return;
  const url = addressOfForm(form, event.submitter);
  if (!isSearch(url)) return;
  event.preventDefault();
  // On a touch screen the keyboard would go on covering what was found.
  if (form.contains(words) && matchMedia("(pointer: coarse)").matches) words.blur();
  visit(url, { from: event.submitter ?? document.activeElement, toResults: isBelow(event.submitter) });
});

document.addEventListener("choix", (event) => {
  const url = new URL(event.detail, location);
  if (!isSearch(url)) return;
  event.preventDefault();
  visit(url, { from: words });
});

// A tick is applied at once. So is a date that is picked; one that is typed goes through many
// others on its way, and is applied when its field is left, or by Enter.
document.addEventListener("change", ({ target }) => {
  if (target.closest(".panneau") && (target.type === "checkbox" || isPicked(target))) {
    target.form.requestSubmit();
  }
});
document.addEventListener("keydown", ({ target, key }) => {
  if (target.type !== "date" || !target.closest(".panneau") || key === "Tab") return;
  typedDate = target;
  // The field must not be replaced while it is typed in: leaving it asks for everything again.
  pending.abort();
});
document.addEventListener("focusout", ({ target }) => {
  if (target !== typedDate) return;
  typedDate = null;
  const { form } = target;
  if (form.checkValidity() && !asksForTheSame(addressOfForm(form), location)) form.requestSubmit();
});

function isPicked(field) {
  return field.type === "date" && field !== typedDate;
}

// Whether a button of the panel stands under the results it changes, as on a phone.
function isBelow(button) {
  if (!button?.closest(".panneau")) return false;
  return button.getBoundingClientRect().top > main.querySelector("#resultats").getBoundingClientRect().bottom;
}

function isSearch(url) {
  return url.origin === location.origin && url.pathname === "/" && url.search && !url.hash;
}

function addressOf({ pathname, search }) {
  return pathname + search;
}

function addressOfForm(form, submitter) {
  const url = new URL(form.getAttribute("action"), location);
  url.search = new URLSearchParams(new FormData(form, submitter));
  return url;
}

function asksForTheSame(...urls) {
  const [one, other] = urls.map(({ search }) => {
    const params = new URLSearchParams(search);
    params.sort();
    return params.toString();
  });
  return one === other;
}

// --- Going there ------------------------------------------------------------------------------

async function visit(url, { from = null, toResults = false, back = null } = {}) {
  pending.abort();
  const { signal } = (pending = new AbortController());
  // What is typed and not sent stays where it is typed.
  const asked = from?.form?.contains(words) ? words.value : words.defaultValue;
  const waiting = setTimeout(() => main.setAttribute("aria-busy", "true"), PATIENCE);
  signal.addEventListener("abort", () => settle(waiting));
  say("");
  try {
    const page = await fetchPage(url, signal);
    if (signal.aborted) return;
    const address = addressIn(page) ?? url;
    if (!back) remember(address);
    shown = back ? addressOf(url) : addressOf(address);
    typedDate = null;
    const kept = show(page, from, asked);
    if (toResults) goToResults();
    else if (back) comeBack(back);
    else if (kept) hold(kept);
    settle(waiting);
    say(main.querySelector("h1 .total").textContent);
  } catch {
    if (!signal.aborted) leave(url);
  }
}

async function fetchPage(url, signal) {
  // A redirection leads to one question: the browser follows it.
  const answer = await fetch(url, { signal, redirect: "manual" });
  const page = new DOMParser().parseFromString(answer.ok ? await answer.text() : "", "text/html");
  if (page.body.className !== document.body.className) throw new Error("no results page");
  return page;
}

function settle(waiting) {
  clearTimeout(waiting);
  main.removeAttribute("aria-busy");
}

function leave(url) {
  if (url.href === location.href) location.reload();
  else location.assign(url);
}

function say(text) {
  document.querySelector("#annonce").textContent = text;
}

// --- There and back ---------------------------------------------------------------------------

// Each entry of the history holds how far its page was scrolled. The browser's own way would
// scroll the page that is left, before the other is there; it is good enough after a reload.
if (history.scrollRestoration === "manual") scrollTo(0, history.state?.y ?? 0);
history.scrollRestoration = "manual";
addEventListener("pagehide", () => {
  pending.abort();
  history.scrollRestoration = "auto";
});
addEventListener("pageshow", () => {
  history.scrollRestoration = "manual";
});

addEventListener("scroll", () => {
  clearTimeout(saving);
  saving = setTimeout(save, 150);
});

addEventListener("popstate", ({ state }) => {
  pending.abort();
  if (addressOf(location) !== shown) return void visit(new URL(location), { back: state ?? { y: 0 } });
  if (state) comeBack(state);
});

function save() {
  if (addressOf(location) !== shown) return;
  const focused = document.activeElement;
  history.replaceState({ y: scrollY, focus: main.contains(focused) ? nameOf(focused) : null }, "");
}

function comeBack({ y, focus }) {
  scrollTo(0, y);
  if (focus) named().get(focus)?.focus({ preventScroll: true });
}

// The page's own address, which says the same in the usual order.
function addressIn(page) {
  const copied = page.querySelector("main [data-copier]")?.dataset.copier;
  return copied && new URL(addressOf(new URL(copied, location)), location);
}

function remember(url) {
  if (url.href === location.href) return;
  save();
  history.pushState(null, "", url);
}

// --- Taking the place -------------------------------------------------------------------------

// Returns what `follow` does.
function show(page, from, asked) {
  const focused = document.activeElement;
  const trace = traceOf(focused === document.body ? from : focused);
  keepOpen(page);
  const letters = lettersTyped();
  main.style.minHeight = "";
  main.replaceChildren(...page.querySelector("main").childNodes);
  for (const part of AROUND) {
    document.querySelector(part).replaceWith(page.querySelector(part));
  }
  showHead(page);
  showSearch(page.querySelector("form[role=search]"), asked);
  document.dispatchEvent(new Event("resultats"));
  typeAgain(letters);
  return follow(trace, focused !== document.body);
}

function showHead(page) {
  document.title = page.title;
  for (const old of document.head.querySelectorAll(OF_A_PAGE)) old.remove();
  document.head.append(...page.head.querySelectorAll(OF_A_PAGE));
}

// The box itself stays: what completes it listens to it, and someone may be typing.
function showSearch(form, asked) {
  const box = words.form;
  const typed = form.querySelector("#q").value;
  words.defaultValue = typed;
  if (words.value === asked) words.value = typed;
  for (const radio of form.querySelectorAll("[type=radio]")) {
    box.querySelector(`[name=${radio.name}][value="${radio.value}"]`).checked = radio.checked;
  }
  for (const old of box.querySelectorAll("[type=hidden]")) old.remove();
  box.append(...form.querySelectorAll("[type=hidden]"));
}

// What was folded stays folded, and the other way round; a menu closes once something is chosen.
function keepOpen(page) {
  const open = new Map(lists(document).map((list) => [nameOfList(list), list.open]));
  for (const list of lists(page)) list.open = open.get(nameOfList(list)) ?? list.open;
}

// The letters that lists are being narrowed by, which may be others than those that were sent.
function lettersTyped() {
  return [...main.querySelectorAll("[data-facette]")].map(({ name, value }) => [name, value]);
}

function typeAgain(letters) {
  for (const [name, value] of letters) {
    const field = main.querySelector(`[name="${name}"]`);
    if (!field || field.value === value) continue;
    field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

function lists(root) {
  return [...root.querySelectorAll("main details:not(.menu)")];
}

function nameOfList(list) {
  const field = list.querySelector("[name]");
  return `${list.id} ${list.className} ${field ? field.name : nounsOf(list.querySelector("summary"))}`;
}

// The words of an element without its numbers, which change.
function nounsOf(element) {
  return element.textContent.replace(/[\d\s()]+/g, " ").trim();
}

function goToResults() {
  const results = main.querySelector("#resultats");
  results.focus({ preventScroll: true });
  results.scrollIntoView();
}

// --- The focus --------------------------------------------------------------------------------

// What an element is called, and where it stands on the screen; then the same of those around it
// that could stand in for it, and of the heading.
function traceOf(element) {
  if (!element || element === main) return [];
  const group = element.closest("ul, ol, fieldset, nav, svg, form, main") ?? element;
  const all = [...group.querySelectorAll(FOCUSABLE)];
  const alike = all.filter((other) => isLike(other, element));
  const nearest = [element, ...around(alike, element), ...around(all, element)];
  return [...nearest, main.querySelector("h1")].map((one) => ({
    name: nameOf(one),
    top: one.getBoundingClientRect().top,
  }));
}

// Those after an element, then those before it, the nearest first.
function around(elements, element) {
  const place = elements.indexOf(element);
  return [...elements.slice(place + 1), ...elements.slice(0, Math.max(place, 0)).reverse()];
}

function isLike(other, element) {
  return (
    other.localName === element.localName &&
    other.getAttribute("class") === element.getAttribute("class")
  );
}

function nameOf(element) {
  if (element.id) return `#${element.id}`;
  if (element.localName === "h1") return "h1";
  if (element.localName === "summary") return `summary ${nameOfList(element.parentElement)}`;
  if (element.name) {
    const value = element.type === "checkbox" ? element.value : "";
    return `${element.localName} ${element.name} ${value}`;
  }
  // The two links of a value, « Exclure » and « Rétablir », take turns.
  const label = element.getAttribute("aria-label")?.replace(/^(Exclure|Rétablir) /, "");
  const list = element.closest("fieldset")?.querySelector("[name]")?.name ?? "";
  return `${element.localName} ${list} ${label ?? element.textContent.trim()}`;
}

// What can have the focus, by name.
function named() {
  const elements = new Map();
  for (const one of document.querySelectorAll(`${FOCUSABLE}, h1`)) {
    if (!elements.has(nameOf(one))) elements.set(nameOf(one), one);
  }
  return elements;
}

// Give the focus back to what had it, or to what stands in for it. Returns that element, with the
// place on the screen where it was.
function follow(trace, hadFocus) {
  const elements = named();
  for (const { name, top } of trace) {
    const found = elements.has(name) && reveal(elements.get(name));
    if (!found) continue;
    if (found.localName === "h1") found.tabIndex = -1;
    if (hadFocus) found.focus({ preventScroll: true });
    return { element: found, top };
  }
  return null;
}

// The element, made visible; the button of a closed menu for what is in it; null when it is hidden.
function reveal(element) {
  const menu = element.closest("details.menu");
  if (menu) return menu.querySelector("summary");
  for (let list = element.closest("details"); list; list = list.parentElement.closest("details")) {
    if (element !== list.querySelector("summary")) list.open = true;
  }
  return element.getClientRects().length ? element : null;
}

// Scroll so that an element stays where it was; where the page is too short for that, it is given
// the room, at its end or in the list before the element's own.
function hold({ element, top }) {
  const distance = () => Math.round(element.getBoundingClientRect().top - top);
  const scroll = () => scrollBy(0, distance());
  scroll();
  if (distance() > 0) {
    main.style.minHeight = `${main.offsetHeight + distance()}px`;
    scroll();
  } else if (distance() < 0) {
    const before = element.closest(".facette")?.previousElementSibling;
    if (before) before.style.marginBottom = `${-distance()}px`;
  }
}

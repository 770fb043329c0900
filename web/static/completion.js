// Completes the search while it is typed: the editable combobox with a list of WAI-ARIA 1.2.
// Without this file, or without an answer, the box is a plain one.
"use strict";

for (const field of document.querySelectorAll("[data-genres]")) complete(field);

function complete(field) {
  const genres = JSON.parse(field.dataset.genres);
  const list = made("ul", { id: `${field.id}-suggestions`, className: "suggestions" });
  const said = made("p", { className: "cache" });
  let lines = [];
  let chosen = -1;
  let waiting;
  let request;

  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Suggestions");
  said.setAttribute("aria-live", "polite");
  field.after(list);
  field.form.append(said);
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);
  close();

  field.addEventListener("input", () => {
    clearTimeout(waiting);
    choose(-1);
    waiting = setTimeout(ask, 120);
  });
  field.addEventListener("keydown", (event) => {
    const key = event.altKey || event.ctrlKey || event.metaKey ? "" : event.key;
    if (event.isComposing) return;
    if (key === "ArrowDown" || key === "ArrowUp") move(event, key === "ArrowDown" ? 1 : -1);
    else if (key === "Enter" && chosen >= 0) follow(event, chosen);
    else if (key === "Escape" && !list.hidden) close(event);
    else if (key === "ArrowLeft" || key === "ArrowRight" || key === "Home" || key === "End") choose(-1);
  });
  field.addEventListener("blur", () => close());
  field.form.addEventListener("submit", () => close());
  addEventListener("pagehide", () => close());
  // The field keeps the focus while a line is pressed.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const place = [...list.children].indexOf(event.target.closest("li"));
    if (place >= 0) follow(event, place);
  });

  async function ask() {
    request?.abort();
    request = new AbortController();
    const { signal } = request;
    const asked = new URLSearchParams(new FormData(field.form));
    if (!asked.get("q")?.trim()) return close();
    try {
      const answer = await fetch(`/api/v1/suggestions?${asked}`, { signal });
      const { suggestions } = answer.ok ? await answer.json() : { suggestions: [] };
      if (!signal.aborted) show(suggestions);
    } catch {
      // A later letter, or no answer: the box stays as it is.
    }
  }

  function show(suggestions) {
    if (document.activeElement !== field) return;
    lines = suggestions;
    list.replaceChildren(...lines.map(option));
    list.hidden = !lines.length;
    field.setAttribute("aria-expanded", String(!list.hidden));
    choose(-1);
    said.textContent = counted(lines.length, "suggestion", "Aucune suggestion");
  }

  function option({ texte, genre, nombre }, place) {
    const item = made("li", { id: `${list.id}-${place}` });
    const label = document.createElement("span");
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    label.append(made("span", { className: "texte", textContent: texte }));
    // Words are recognised for what they are.
    if (genre !== "mot" && genre !== "expression") {
      label.append(" ", made("span", { className: "genre", textContent: genres[genre] }));
    }
    item.append(label);
    // A title leads to its one question.
    if (genre !== "titre") {
      item.append(" ", made("span", { className: "nombre", textContent: counted(nombre, "question") }));
    }
    return item;
  }

  function move(event, step) {
    event.preventDefault();
    if (list.hidden) return void ask();
    // Before the first line and after the last one is the field itself.
    choose(((chosen + 1 + step + lines.length + 1) % (lines.length + 1)) - 1);
  }

  function choose(place) {
    list.children[chosen]?.setAttribute("aria-selected", "false");
    chosen = place;
    const item = list.children[chosen];
    if (!item) return field.removeAttribute("aria-activedescendant");
    item.setAttribute("aria-selected", "true");
    item.scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", item.id);
  }

  function follow(event, place) {
    event.preventDefault();
    const { url } = lines[place];
    const asked = new CustomEvent("choix", { bubbles: true, cancelable: true, detail: url });
    // A results page goes there without leaving.
    if (field.dispatchEvent(asked)) location.assign(url);
    close();
  }

  function close(event) {
    event?.preventDefault();
    clearTimeout(waiting);
    request?.abort();
    choose(-1);
    lines = [];
    list.hidden = true;
    list.replaceChildren();
    field.setAttribute("aria-expanded", "false");
    said.textContent = "";
  }
}

function counted(number, noun, none = "") {
  if (!number && none) return none;
  return `${number.toLocaleString("fr")} ${noun}${number < 2 ? "" : "s"}`;
}

function made(name, properties) {
  return Object.assign(document.createElement(name), properties);
}

// Comforts only: every page works without this file.
"use strict";

// Copy the address that a button bears. Results may be replaced: the event says so.
offerCopies();
document.addEventListener("resultats", offerCopies);
addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-copier]");
  if (!button) return;
  let outcome = "Lien copié";
  try {
    await navigator.clipboard.writeText(new URL(button.dataset.copier, location).href);
  } catch {
    outcome = "Copie refusée par le navigateur";
  }
  const said = document.querySelector("#annonce");
  button.parentElement.querySelector(".copie").textContent = said.textContent = outcome;
});

function offerCopies() {
  if (!navigator.clipboard) return;
  for (const button of document.querySelectorAll("[data-copier]")) button.hidden = false;
}

// Empty fields would only lengthen the address that people share.
addEventListener("formdata", ({ formData }) => {
  const given = [...formData].filter(([, value]) => value !== "");
  for (const name of new Set(formData.keys())) formData.delete(name);
  for (const [name, value] of given) formData.append(name, value);
});

// Suggest the values of a long list; typing one in full works without this.
for (const field of document.querySelectorAll("[data-facette]")) {
  let waiting;
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      const params = new URLSearchParams(location.search);
      params.set("prefixe", field.value);
      try {
        const answer = await fetch(`/api/v1/facettes/${field.dataset.facette}?${params}`);
        if (!answer.ok) return;
        const { valeurs } = await answer.json();
        field.list.replaceChildren(...valeurs.map(({ valeur }) => new Option(valeur, valeur)));
      } catch {
        // Without an answer the field stays a plain one.
      }
    }, 150);
  });
}

// Escape and a click elsewhere close menus.
addEventListener("keydown", (event) => {
  if (event.key === "Escape") closeMenus(null);
});
addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));

function closeMenus(kept) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu === kept) continue;
    const summary = menu.querySelector("summary");
    if (menu.contains(document.activeElement)) summary.focus();
    menu.open = false;
  }
}

// Comforts only: every page works without this file.
"use strict";

// Copy the address that a button bears (data-copier), or a text of the page (data-copier-texte).
// Results may be replaced: the event says so.
const COPYING = "[data-copier], [data-copier-texte]";
offerCopies();
document.addEventListener("resultats", offerCopies);
addEventListener("click", async ({ target }) => {
  const button = target.closest(COPYING);
  if (!button) return;
  const { copier, copierTexte } = button.dataset;
  const said = document.querySelector("#annonce");
  // Emptied first: the same words again would not be announced.
  said.textContent = "";
  let outcome = copierTexte ? "Copié" : "Lien copié";
  try {
    await navigator.clipboard.writeText(
      copierTexte ? document.getElementById(copierTexte).textContent : new URL(copier, location).href,
    );
  } catch {
    outcome = "Copie refusée par le navigateur";
  }
  button.parentElement.querySelector(".copie").textContent = said.textContent = outcome;
});

function offerCopies() {
  if (!navigator.clipboard) return;
  for (const button of document.querySelectorAll(COPYING)) button.hidden = false;
}

// Empty fields would only lengthen the address that people share.
addEventListener("formdata", ({ formData }) => {
  const given = [...formData].filter(([, value]) => value !== "");
  for (const name of new Set(formData.keys())) formData.delete(name);
  for (const [name, value] of given) formData.append(name, value);
});

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

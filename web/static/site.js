// Comforts only: every page works without this file.
"use strict";

// Copy the address that a button bears (data-copier), or a text of the page (data-copier-texte).
if (navigator.clipboard) {
  const copying = "[data-copier], [data-copier-texte]";
  for (const button of document.querySelectorAll(copying)) button.hidden = false;
  addEventListener("click", async ({ target }) => {
    const button = target.closest(copying);
    if (!button) return;
    const { copier, copierTexte } = button.dataset;
    const said = button.parentElement.querySelector(".copie");
    said.textContent = "";
    try {
      await navigator.clipboard.writeText(
        copierTexte ? document.getElementById(copierTexte).textContent : new URL(copier, location).href,
      );
      said.textContent = copierTexte ? "Copié" : "Lien copié";
    } catch {
      said.textContent = "Copie refusée par le navigateur";
    }
  });
}

// Empty fields would only lengthen the address that people share.
const emptied = [];
addEventListener("submit", ({ target }) => {
  for (const field of target.elements) {
    const unused = field.type === "checkbox" || (field.type === "radio" && !field.checked);
    if (field.name && field.value === "" && !unused) {
      field.disabled = true;
      emptied.push(field);
    }
  }
});
addEventListener("pageshow", () => {
  for (const field of emptied.splice(0)) field.disabled = false;
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

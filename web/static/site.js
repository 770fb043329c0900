// Comforts only: every page works without this file.
"use strict";

// Copy the address that the button bears.
for (const button of document.querySelectorAll("[data-copier]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const said = button.parentElement.querySelector(".copie");
    try {
      await navigator.clipboard.writeText(new URL(button.dataset.copier, location).href);
      said.textContent = "Lien copié";
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

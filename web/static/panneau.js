// Comforts of the panel of filters: a long list is narrowed while one types, and ticked whole.
// Listeners stand on the window: the panel may be replaced at any time by a newer one.
"use strict";

{
  const PAUSE = 150;
  let waiting;
  let request;

  const isFilter = (element) => element.matches?.("[data-facette]");
  const boxOf = (line) => line.querySelector("input");
  const isExcluded = (line) => boxOf(line).type === "hidden";
  const inUse = (line) => isExcluded(line) || boxOf(line).checked;
  // A value that begins with the sign of exclusion is chosen with another hyphen.
  const chosenBy = (valeur) => valeur.replace(/^-/, "\u2010");
  const keyOf = (line) => (isExcluded(line) ? chosenBy(boxOf(line).value.slice(1)) : boxOf(line).value);
  const linesOf = (list) => [...list.querySelectorAll(".valeur")];
  const canBeTicked = (line) => !line.hidden && !inUse(line);
  const counted = (number, noun) =>
    `${number.toLocaleString("fr")}\u00a0${number < 2 ? noun : noun.replace(/(?= |$)/g, "s")}`;

  addEventListener("input", ({ target }) => {
    if (!isFilter(target)) return;
    clearTimeout(waiting);
    waiting = setTimeout(narrow, PAUSE, target);
  });

  addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || !isFilter(event.target)) return;
    event.preventDefault();
    narrow(event.target);
  });

  addEventListener("click", (event) => {
    const button = event.target.closest?.("[name=tout_cocher]");
    if (!button) return;
    event.preventDefault();
    tickAll(button.closest("fieldset"));
  });

  async function narrow(field) {
    clearTimeout(waiting);
    request?.abort();
    request = new AbortController();
    const { signal } = request;
    const params = new URLSearchParams(new FormData(field.form));
    for (const { name } of field.form.querySelectorAll("[data-facette]")) params.delete(name);
    params.set("prefixe", field.value);
    try {
      const answer = await fetch(`/api/v1/facettes/${field.dataset.facette}?${params}`, { signal });
      const counts = answer.ok && (await answer.json());
      if (counts && !signal.aborted && field.isConnected) show(field, counts);
    } catch {
      // A later letter, or no answer: the list stays as it is.
    }
  }

  function show(field, { valeurs, autres }) {
    const list = field.closest("fieldset");
    const found = list.querySelector(".trouvees");
    const lines = new Map(linesOf(list).map((line) => [keyOf(line), line]));
    const listed = new Set(valeurs.map(({ valeur }) => chosenBy(valeur)));
    for (const [key, line] of lines) {
      line.hidden = !listed.has(key) && !inUse(line);
      if (line.hidden && line.parentElement === found) line.remove();
    }
    for (const value of valeurs) {
      const line = lines.get(chosenBy(value.valeur)) ?? made(field, value, list.dataset.ensemble);
      if (!list.contains(line) || line.parentElement === found) found.append(line);
    }
    tellWhatIsShown(list, field.value.trim() !== "", valeurs.length, autres);
  }

  function tellWhatIsShown(list, narrowed, number, others) {
    const fold = list.querySelector(".suite");
    list.toggleAttribute("data-filtree", narrowed);
    if (fold) fold.open = narrowed || Boolean(fold.querySelector(":checked"));
    say(list, narrowed ? (number ? counted(number, "valeur") : "Aucune valeur") : "");
    list.querySelector("[name=tout_cocher]").hidden = !narrowed || !linesOf(list).some(canBeTicked);
    const rest = list.querySelector(".autres");
    rest.hidden = !others;
    rest.textContent = counted(others, "autre question");
  }

  function made(field, { valeur, libelle, nombre }, whole) {
    const line = field.form.querySelector("template").content.firstElementChild.cloneNode(true);
    const [count, noun] = line.querySelector(".nombre").childNodes;
    const exclude = line.querySelector("a");
    const name = field.dataset.facette;
    Object.assign(boxOf(line), { name, value: chosenBy(valeur) });
    line.querySelector(".libelle").textContent = libelle;
    count.data = nombre.toLocaleString("fr");
    noun.textContent = nombre < 2 ? " question" : " questions";
    line.querySelector("rect").setAttribute("width", `${Math.max(1, (100 * nombre) / whole)}%`);
    exclude.setAttribute("href", `${exclude.getAttribute("href")}&${new URLSearchParams([[name, `-${valeur}`]])}`);
    exclude.setAttribute("aria-label", `Exclure «\u00a0${libelle}\u00a0»`);
    return line;
  }

  function tickAll(list) {
    const boxes = linesOf(list).filter(canBeTicked).map(boxOf);
    if (!boxes.length) return;
    for (const box of boxes) box.checked = true;
    say(list, counted(boxes.length, "valeur cochée"));
    // Once for all of them: whoever applies filters at once would ask as many times.
    boxes.at(-1).dispatchEvent(new Event("change", { bubbles: true }));
  }

  function say(list, words) {
    list.querySelector(".compte").textContent = words;
    document.querySelector("#annonce").textContent = words;
  }
}

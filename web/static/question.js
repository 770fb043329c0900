// Comforts of the page of one question: from one marked word to the next.
"use strict";

{
  const bar = document.querySelector("div.surlignage");
  const marks = bar ? [...document.querySelectorAll("mark[id]")] : [];
  if (marks.length > 1) followMarks(bar, marks);

  function followMarks(bar, marks) {
    const link = bar.querySelector(".mot-courant");
    const said = bar.querySelector("[role=status]");
    let current = -1;

    bar.classList.add("actif");
    bar.querySelector(".pas").hidden = false;
    // Links to marks then lead the keyboard and the screen reader there too.
    for (const mark of marks) mark.tabIndex = -1;

    const halves = ({ id }) => document.querySelectorAll(`#${id}, [data-suite="${id}"]`);

    function choose(number) {
      if (current >= 0) for (const half of halves(marks[current])) half.classList.remove("courant");
      current = (number + marks.length) % marks.length;
      for (const half of halves(marks[current])) half.classList.add("courant");
      link.textContent = said.textContent = `${current + 1} sur ${marks.length}`;
      link.href = `#${marks[current].id}`;
    }

    function step(by) {
      const reading = marks.includes(document.activeElement);
      choose(current < 0 && by < 0 ? marks.length - 1 : current + by);
      marks[current].scrollIntoView({ block: "center", inline: "nearest" });
      // Who stands on a mark reads on from the next one; who presses a button presses it again.
      if (reading) marks[current].focus({ preventScroll: true });
    }

    function chooseNamed(hash) {
      const number = marks.findIndex(({ id }) => `#${id}` === hash);
      if (number >= 0) choose(number);
    }

    bar.addEventListener("click", ({ target }) => {
      const by = target.closest("[data-pas]")?.dataset.pas;
      if (by) step(Number(by));
      else chooseNamed(target.closest("a")?.hash);
    });
    addEventListener("hashchange", () => chooseNamed(location.hash));
    chooseNamed(location.hash);

    // Single letters only where nothing is typed: on the bar and on the marks (WCAG 2.1.4).
    addEventListener("keydown", (event) => {
      const by = { n: 1, p: -1 }[event.key];
      const here = event.target.closest?.(".surlignage, mark");
      if (!by || !here || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      step(by);
    });
  }
}

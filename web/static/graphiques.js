// Arrow keys go from bar to bar of a chart, Home and End to its ends; Enter follows as any link.
"use strict";

const STEPS = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1, Home: -Infinity, End: Infinity };

// On the document: what is in main may be replaced at any time.
document.addEventListener("keydown", (event) => {
  const chart = event.target.closest?.("[data-barres]");
  const step = STEPS[event.key];
  if (!chart || !step || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const bars = [...chart.querySelectorAll("a")];
  const place = bars.indexOf(event.target.closest("a")) + step;
  bars[Math.max(0, Math.min(bars.length - 1, place))].focus();
});

// The bar last used is where Tab comes back to.
document.addEventListener("focusin", ({ target }) => {
  const bar = target.closest?.("[data-barres] a");
  if (!bar) return;
  for (const other of bar.closest("[data-barres]").querySelectorAll('[tabindex="0"]')) {
    other.setAttribute("tabindex", "-1");
  }
  bar.setAttribute("tabindex", "0");
});

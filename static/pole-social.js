/* What a page does better with a script. Everything works without it. */
(() => {
  "use strict";

  const isTyping = (element) =>
    element.isContentEditable || element.matches("input, textarea, select");

  // The folding menu stands open on a wide screen.
  const menu = document.querySelector(".repli");
  const wide = window.matchMedia("(min-width: 64rem)");
  const unfold = () => { if (menu) menu.open = wide.matches; };
  wide.addEventListener("change", unfold);
  unfold();

  // « / » goes to the search box; Escape closes an open menu.
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/" && !isTyping(event.target)) {
      const box = document.querySelector("[data-recherche]");
      if (!box) return;
      event.preventDefault();
      if (menu) menu.open = true;
      box.focus();
      box.select();
    }
    if (event.key === "Escape") {
      const open = event.target.closest("details.menu[open]");
      if (!open) return;
      open.open = false;
      open.querySelector("summary").focus();
    }
  });

  document.addEventListener("click", (event) => {
    for (const open of document.querySelectorAll("details.menu[open]")) {
      if (!open.contains(event.target)) open.open = false;
    }
  });

  // The summary of errors, or the conflict, is what one must read first.
  const focusSummary = (root) => root.querySelector("[data-premier]")?.focus();
  focusSummary(document);
  document.addEventListener("htmx:afterSettle", (event) => focusSummary(event.target));

  // What cannot be done now says why beside it, and does nothing.
  document.addEventListener("click", (event) => {
    if (event.target.closest("button[aria-disabled='true']")) event.preventDefault();
  });

  // A form is sent once: its buttons rest until the answer comes, or until « Précédent » brings it back.
  const sent = new Set();
  const resting = new Set();
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (sent.has(form)) { event.preventDefault(); return; }
    if (event.defaultPrevented || form.target === "_blank") return;
    sent.add(form);
    for (const button of form.querySelectorAll("button:not([aria-disabled])")) {
      button.setAttribute("aria-disabled", "true");
      resting.add(button);
    }
  });
  window.addEventListener("pageshow", () => {
    for (const button of resting) button.removeAttribute("aria-disabled");
    resting.clear();
    sent.clear();
  });

  // A form that holds a text worth keeping warns before it is left: <form data-garde>.
  const changed = new Set();
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-garde]");
    if (form) changed.add(form);
  });
  window.addEventListener("beforeunload", (event) => {
    for (const form of changed) {
      if (form.isConnected && !sent.has(form)) event.preventDefault();
    }
  });
})();

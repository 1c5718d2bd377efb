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

  // The box of the top bar answers as one types: from two letters on, until it is emptied.
  const looksFor = (form) => form.matches?.(".recherche");
  const answers = () => document.getElementById("recherche-reponse");
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (!looksFor(event.target) || event.target.elements.q.value.trim().length > 1) return;
    event.preventDefault();
    answers().replaceChildren();
    document.getElementById("recherche-nombre").textContent = "";
  });
  document.addEventListener("keydown", (event) => {
    const box = event.target;
    if (!box.form || !looksFor(box.form)) return;
    if (event.key === "Escape" && box.value) {
      event.preventDefault();
      box.value = "";
      box.dispatchEvent(new Event("input", { bubbles: true }));
    }
    const first = event.key === "ArrowDown" && answers().querySelector("a, button");
    if (!first) return;
    event.preventDefault();
    first.focus();
  });

  // « / » goes to the search box; Escape closes an open menu.
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const box = document.querySelector("[data-recherche]");
    const isThere = box && event.target === box && !box.value;
    if (event.key === "/" && (isThere || !isTyping(event.target))) {
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

  // At the desk one types at once, unless the page was opened at one of its places.
  if (wide.matches && !location.hash && document.getElementById("bureau-listes")) {
    document.querySelector("[data-recherche]")?.focus({ preventScroll: true });
  }

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

  // Waiting times grow by themselves: a list is asked again, and journaled, only when something moved.
  // The words are those of the « depuis » filter; the workstation's clock may be wrong, so only gaps are used.
  const drawn = new WeakMap();
  const grow = () => {
    for (const time of document.querySelectorAll("time[data-depuis]")) {
      const said = /^depuis (?:(\d+) h (\d+)|(\d+) min)$|^à l’instant$/.exec(time.textContent.trim());
      if (!drawn.has(time)) drawn.set(time, said && { at: Date.now(), minutes: 60 * (said[1] || 0) + +(said[2] || said[3] || 0) });
      const first = drawn.get(time);
      if (!first) continue;
      const minutes = first.minutes + Math.floor((Date.now() - first.at) / 60000);
      const hours = Math.floor(minutes / 60);
      const text = hours ? `depuis ${hours} h ${String(minutes % 60).padStart(2, "0")}` : `depuis ${minutes} min`;
      if (minutes && time.textContent !== text) time.textContent = text;
    }
  };
  grow();
  setInterval(grow, 15000);
  document.addEventListener("htmx:afterSettle", grow);

  // A list does not change under somebody's hand: an open menu or a field being typed in keeps it.
  document.addEventListener("htmx:beforeRequest", (event) => {
    const list = event.target.closest("[data-rafraichi]");
    if (list?.querySelector("details[open], input:focus, select:focus, textarea:focus")) event.preventDefault();
  });

  // A list that is not up to date says so; a public screen whose address has ended shows it.
  const lost = (isLost) => (event) => {
    if (event.target.closest?.("[data-ecran]") && event.type === "htmx:responseError") location.reload();
    const notice = document.getElementById("bureau-perdu");
    if (notice && event.target.closest?.("[data-rafraichi]")) notice.hidden = !isLost;
  };
  document.addEventListener("htmx:sendError", lost(true));
  document.addEventListener("htmx:responseError", lost(true));
  document.addEventListener("htmx:beforeOnLoad", lost(false));

  // A form that holds a text worth keeping warns before it is left: <form data-garde>.
  const changed = new Set();
  const unkept = new Set();
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-garde]");
    if (form) changed.add(form);
  });
  window.addEventListener("beforeunload", (event) => {
    for (const form of changed) {
      const isKept = form.dataset.brouillon && !unkept.has(form);
      if (form.isConnected && !sent.has(form) && !isKept) event.preventDefault();
    }
  });

  // A list asked again after the session has expired reloads the page, which shows the lock. Not one where something
  // is being written: sent, it is kept as a draft, and given back after unlocking.
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    const isWriting = [...changed].some((form) => form.isConnected && !sent.has(form));
    if (isWriting && event.detail.xhr.getResponseHeader("HX-Refresh")) event.preventDefault();
  });

  // <form data-brouillon="address"> is kept while one types, at most every five seconds: on the server, never in the
  // browser. A page where nobody types sends nothing. What cannot be kept is said, and tried again when it may help.
  const keepWhileTyping = (form) => {
    const notice = form.querySelector("[data-suivi]");
    const mark = form.elements.namedItem("brouillon");
    const page = new URL(form.getAttribute("action") || location.pathname, location.href).pathname;
    form.elements.namedItem("brouillon_page").value = page;
    let typed = 0, settled = 0, timer = 0, going = null;
    const later = () => { timer = timer || setTimeout(send, 5000, false); };
    const say = (text) => { if (notice.textContent !== text) notice.textContent = text; };
    const settle = (upTo, isKept, text) => {
      settled = upTo;
      unkept[isKept ? "delete" : "add"](form);
      say(text);
    };
    const hear = async (answer, upTo) => {
      if (answer.redirected) {
        // To the sign-in page, which is told the mark of the draft when there is one.
        const isKept = /[?&]brouillon=[0-9a-f-]{36}$/.test(answer.url);
        return settle(upTo, isKept, isKept ? notice.dataset.expire : notice.dataset.refus);
      }
      if (answer.status >= 500) throw new Error(answer.statusText);
      const said = await answer.json().catch(() => ({}));
      if (said.brouillon) mark.value = said.brouillon;
      settle(upTo, answer.ok, said.dit || (answer.ok ? "" : notice.dataset.refus));
    };
    const send = async (isLeaving) => {
      clearTimeout(timer);
      timer = 0;
      if (typed === settled || sent.has(form)) return;
      going?.abort();
      const mine = going = new AbortController();
      const patience = setTimeout(() => mine.abort(), 10000);
      const body = new FormData(form);
      const upTo = typed;
      try {
        const options = { method: "POST", body, keepalive: isLeaving, signal: mine.signal };
        await hear(await fetch(form.dataset.brouillon, options), upTo);
      } catch {
        if (mine === going && !sent.has(form)) { unkept.add(form); say(notice.dataset.attente); }
      }
      clearTimeout(patience);
      if (mine !== going) return;
      going = null;
      if (typed !== settled) later();
    };
    form.addEventListener("input", () => { typed += 1; if (!going) later(); });
    form.addEventListener("submit", () => { clearTimeout(timer); timer = 0; going?.abort(); });
    document.addEventListener("visibilitychange", () => { if (document.hidden) send(true); });
    window.addEventListener("pagehide", () => send(true));
  };
  document.querySelectorAll("form[data-brouillon]").forEach(keepWhileTyping);

  // A paper for the person is printed in one click: <button data-imprimer hidden> shows where this can run.
  for (const button of document.querySelectorAll("[data-imprimer]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
})();

"use strict";
// Reads the changing part again when the service says so. The page is complete without this file.
(() => {
  const live = document.getElementById("live");
  const light = document.getElementById("live-state");
  if (!live || !light || !window.EventSource) return;

  const shown = new Map(); // section id -> HTML as it came: what has not changed is left alone
  const sections = (root) => root.querySelectorAll("section[id], div[id].blind-box, p[id].as-of");
  sections(live).forEach((part) => shown.set(part.id, part.outerHTML));

  const say = (key) => {
    if (light.dataset.now === key) return;
    light.dataset.now = key;
    light.className = "live-state " + key;
    light.textContent = light.dataset[key];
  };

  const opened = (part) => new Set([...part.querySelectorAll("details[id][open]")].map((one) => one.id));

  const replace = (fresh) => {
    const old = document.getElementById(fresh.id);
    if (!old || shown.get(fresh.id) === fresh.outerHTML) return;
    shown.set(fresh.id, fresh.outerHTML);
    const open = opened(old);
    const focused = old.contains(document.activeElement) ? document.activeElement.closest("[id]").id : null;
    fresh.querySelectorAll("details[id]").forEach((one) => { one.open = open.has(one.id); });
    old.replaceWith(fresh);
    if (focused) {
      const target = document.getElementById(focused);
      if (target) (target.querySelector(":scope > summary") || target).focus({ preventScroll: true });
    }
  };

  let busy = false;
  let again = false;
  const refresh = async () => {
    if (busy) { again = true; return; }
    busy = true;
    try {
      const answer = await fetch(live.dataset.fragment, { cache: "no-store" });
      if (answer.status === 401) {
        location.assign("/console/sign-in?next=" + encodeURIComponent(location.pathname));
        return;
      }
      if (!answer.ok) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      [...sections(page)].forEach((part) => replace(document.adoptNode(part)));
      say("on");
    } catch {
      say("off");
    }
    busy = false;
    if (again) { again = false; refresh(); }
  };

  const stream = new EventSource(live.dataset.events);
  stream.addEventListener("hello", refresh);
  stream.addEventListener("refresh", refresh);
  stream.onerror = () => say("off");
})();

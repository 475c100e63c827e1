"use strict";
// Reads the changing part again when the service says so. The page is complete without this file.
(() => {
  const live = document.getElementById("live");
  const light = document.getElementById("live-state");
  if (!live || !light || !window.EventSource) return;

  const shown = new Map(); // section id -> HTML as it came: what has not changed is left alone
  const sections = (root) => root.querySelectorAll("section[id], article[id], div[id].blind-box, p[id].as-of");
  sections(live).forEach((part) => shown.set(part.id, part.outerHTML));

  let pace = "1"; // seconds between two changes, as the service says
  const say = (key) => {
    const words = light.dataset[key].replace("{seconds}", pace);
    if (light.textContent === words) return;
    light.className = "live-state " + key;
    light.textContent = words;
  };

  const opened = (part) => new Set([...part.querySelectorAll("details[id][open]")].map((one) => one.id));

  const replace = (fresh) => {
    const old = document.getElementById(fresh.id);
    if (!old || shown.get(fresh.id) === fresh.outerHTML) return;
    shown.set(fresh.id, fresh.outerHTML);
    const around = old.parentElement.closest("section[id]");
    if (around) shown.delete(around.id); // it is not what came any more
    const open = opened(old);
    const focused = old.contains(document.activeElement) ? document.activeElement.closest("[id]").id : null;
    fresh.querySelectorAll("details[id]").forEach((one) => { one.open = open.has(one.id); });
    old.replaceWith(fresh);
    if (focused) {
      const target = document.getElementById(focused);
      if (target) (target.querySelector(":scope > summary") || target).focus({ preventScroll: true });
    }
  };

  const show = (html) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    const whole = [...sections(page)].filter((part) => !part.parentElement.closest("section[id]"));
    whole.forEach((part) => replace(document.adoptNode(part)));
    say("on");
  };

  const signIn = () => location.assign("/console/sign-in?next=" + encodeURIComponent(location.pathname));

  let busy = false;
  let again = false;
  const refresh = async () => {
    if (busy) { again = true; return; }
    busy = true;
    try {
      const answer = await fetch(live.dataset.fragment, { cache: "no-store" });
      if (answer.status === 401) { signIn(); return; }
      if (!answer.ok) throw new Error(String(answer.status));
      show(await answer.text());
    } catch {
      say("off");
    }
    busy = false;
    if (again) { again = false; refresh(); }
  };

  const listen = () => {
    const stream = new EventSource(live.dataset.events);
    const brings = live.dataset.brings; // the stream brings what is new; elsewhere it says that something is
    stream.addEventListener("hello", (event) => {
      pace = event.data;
      if (brings) say("on"); else refresh();
    });
    stream.addEventListener("pace", (event) => { pace = event.data; say("on"); });
    stream.addEventListener("parts", (event) => show(event.data));
    stream.addEventListener("refresh", refresh);
    stream.addEventListener("gone", () => { stream.close(); signIn(); });
    stream.onerror = () => {
      say("off");
      if (stream.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
      refresh(); // a session that has ended leads to the sign-in
      setTimeout(listen, 5000);
    };
  };
  listen();
})();

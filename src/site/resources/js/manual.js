"use strict";
// What the pages lack as Maven makes them: anchors as the hosts of repositories name them, and a search box.
document.addEventListener("DOMContentLoaded", () => {
  const anchor = text => text.toLowerCase().replace(/[^\p{L}\p{N}_ -]/gu, "").replaceAll(" ", "-");

  for (const heading of document.querySelectorAll("#bodyColumn h1, #bodyColumn h2, #bodyColumn h3")) {
    const id = anchor(heading.textContent.trim());
    heading.id = document.getElementById(id) ? id + "-1" : id;
  }
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target) {
    target.scrollIntoView();
  }

  const form = document.createElement("form");
  form.setAttribute("role", "search");
  form.id = "search";
  const box = document.createElement("input");
  box.type = "search";
  box.placeholder = "Search the manual";
  box.setAttribute("aria-label", "Search the manual");
  const found = document.createElement("ul");
  found.setAttribute("aria-live", "polite");
  form.append(box, found);
  form.addEventListener("submit", event => {
    event.preventDefault();
    found.querySelector("a")?.click();
  });
  document.querySelector("#breadcrumbs")?.after(form);

  const rank = (words, [, title, heading, text]) => {
    const head = `${title} ${heading}`.toLowerCase();
    const all = `${head} ${text.toLowerCase()}`;
    if (!words.every(word => all.includes(word))) {
      return 0;
    }
    return 1 + words.filter(word => head.includes(word)).length * 2 + (heading.toLowerCase() === words.join(" ") ? 9 : 0);
  };

  box.addEventListener("input", () => {
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    const hits = words.length === 0 ? [] : window.sections
      .map(section => [rank(words, section), section])
      .filter(([points]) => points > 0)
      .sort(([a], [b]) => b - a)
      .slice(0, 12);
    found.replaceChildren(...hits.map(([, [page, title, heading]]) => {
      const link = document.createElement("a");
      link.href = `${page}#${anchor(heading)}`;
      link.textContent = title === heading ? title : `${title}: ${heading}`;
      const item = document.createElement("li");
      item.append(link);
      return item;
    }));
    if (words.length > 0 && hits.length === 0) {
      const item = document.createElement("li");
      item.textContent = "nothing found";
      found.append(item);
    }
  });
});
